package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationRulesTest {

    private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");

    /** The first migration meets no existing table. */
    @Test
    void migrationsBlockNoTableInUse() throws IOException {
        try (Stream<Path> files = Files.list(MIGRATIONS)) {
            for (Path file :
                    files.filter(name -> name.toString().endsWith(".sql")).toList()) {
                if (!file.getFileName().toString().startsWith("V1__")) {
                    String text = Files.readString(file);
                    assertThat(MigrationRules.faults(text)).as(file.toString()).isEmpty();
                    assertThat(text.contains("CONCURRENTLY"))
                            .as("%s.conf with executeInTransaction=false", file)
                            .isEqualTo(Files.exists(Path.of(file + ".conf")));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX later ON jobs (lang)",
                "CREATE UNIQUE INDEX later ON jobs (lang)",
                "SET lock_timeout = 0; CREATE INDEX CONCURRENTLY later ON jobs (lang)",
                "DROP INDEX CONCURRENTLY IF EXISTS later; CREATE INDEX CONCURRENTLY later ON jobs (lang)",
                "DROP INDEX jobs_by_end",
                "REINDEX TABLE jobs",
                "ALTER TABLE jobs ADD CONSTRAINT later CHECK (attempt < 9)",
                "ALTER TABLE jobs ADD CHECK (attempt < 9)",
                "ALTER TABLE jobs ADD CONSTRAINT later FOREIGN KEY (user_id) REFERENCES quotas",
                "ALTER TABLE jobs ADD CONSTRAINT later UNIQUE (user_id)",
                "ALTER TABLE jobs ADD CONSTRAINT later CHECK (attempt < 9) NOT VALID;"
                        + " ALTER TABLE jobs VALIDATE CONSTRAINT later",
                "ALTER TABLE outbox ALTER COLUMN leased_until SET NOT NULL",
                "ALTER TABLE jobs ALTER attempt TYPE bigint",
                "ALTER TABLE jobs ADD COLUMN later uuid DEFAULT gen_random_uuid()",
                "ALTER TABLE jobs ADD later text REFERENCES quotas",
                "ALTER TABLE jobs\n  ADD COLUMN later integer -- the count\n  CHECK (later > 0)",
                "ALTER TABLE jobs ADD COLUMN later bigserial",
                "ALTER TABLE jobs SET UNLOGGED",
                "LOCK TABLE jobs IN EXCLUSIVE MODE",
                "TRUNCATE quotas",
                "UPDATE jobs SET lang = 'en'",
                "DELETE FROM dead_letters",
                "CREATE TABLE later (id uuid); CREATE INDEX others ON jobs (lang)"
            })
    void detectsABlockingStatement(String migration) {
        assertThat(MigrationRules.faults(migration)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SET lock_timeout = 0;\nDROP INDEX CONCURRENTLY IF EXISTS later;\n"
                        + "CREATE INDEX CONCURRENTLY later ON jobs (lang);",
                "ALTER TABLE jobs ADD CONSTRAINT later CHECK (attempt < 9) NOT VALID",
                "ALTER TABLE jobs VALIDATE CONSTRAINT later",
                "ALTER TABLE jobs ADD CONSTRAINT later UNIQUE USING INDEX later",
                "ALTER TABLE jobs ADD COLUMN later text",
                "ALTER TABLE jobs ADD COLUMN later integer NOT NULL DEFAULT 0, ADD COLUMN at timestamptz DEFAULT now()",
                "ALTER TABLE jobs DROP COLUMN request_id",
                "CREATE TABLE later (id uuid PRIMARY KEY, job_id uuid REFERENCES jobs CHECK (true));"
                        + " CREATE INDEX others ON later (job_id); UPDATE later SET id = id",
                "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE jobs; END $$",
                "ALTER TYPE delivery_status ADD VALUE 'SET NOT NULL; TRUNCATE'",
                "-- CREATE INDEX a ON b\nSELECT 1"
            })
    void acceptsANonBlockingStatement(String migration) {
        assertThat(MigrationRules.faults(migration)).isEqualTo(List.of());
    }
}
