package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Migrations are compatible with the previous version, which keeps running during an update and returns after a
 * rollback: on the new schema, its statements still do all that the model requires.
 *
 * <p>To release a version, copy {@code db/queries} to {@code src/test/resources/released/VERSION} and delete
 * the one before the last. There is no release yet, so the current statements stand for the previous version, and
 * the migrations are made up.
 */
class NextVersionTest {

    private static final Path RELEASED = Path.of("src/test/resources/released");
    private static final int LIVES = 10;
    private static final int SEED = 20260116;

    private final Database database = Database.create();

    @BeforeEach
    void prepareStatements() {
        assertThat(stillWorks(database, 2)).isTrue();
        database.empty();
    }

    @AfterEach
    void disconnect() {
        database.close();
    }

    @TestFactory
    Stream<DynamicTest> schemaIsCompatibleWithEachReleasedVersion() throws IOException {
        return folders(RELEASED).stream()
                .map(version -> DynamicTest.dynamicTest(version.getFileName().toString(), () -> {
                    try (Database before = database.connect(version)) {
                        assertThat(stillWorks(before, LIVES)).isTrue();
                    }
                }));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE jobs ADD COLUMN later text",
                "ALTER TABLE jobs ADD COLUMN later integer NOT NULL DEFAULT 0",
                "ALTER TABLE outbox ADD CONSTRAINT later CHECK (created_at > '2000-01-01') NOT VALID",
                "ALTER TYPE delivery_status ADD VALUE 'paused'",
                "CREATE TABLE later (job_id uuid PRIMARY KEY REFERENCES jobs ON DELETE CASCADE)"
            })
    void acceptsACompatibleMigration(String migration) {
        database.execute(migration);
        assertThat(stillWorks(database, LIVES)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE jobs DROP COLUMN request_id",
                "ALTER TABLE jobs RENAME COLUMN worker_id TO worker",
                "ALTER TABLE jobs ADD COLUMN later text NOT NULL",
                "ALTER TABLE outbox ALTER leased_until SET NOT NULL",
                "ALTER TABLE job_states ADD CONSTRAINT later CHECK (metadata <> '{}') NOT VALID",
                "ALTER TABLE webhook_secrets RENAME TO secrets",
                "DROP FUNCTION iso8601 CASCADE"
            })
    void detectsAnIncompatibleMigration(String migration) {
        database.execute(migration);
        assertThat(stillWorks(database, LIVES)).isFalse();
    }

    /** Runs lives on the old connection, with the statements prepared there. */
    private static boolean stillWorks(Database database, int lives) {
        try {
            for (Path query : files(database.queries())) {
                database.plan(query.getFileName().toString().replace(".sql", ""));
            }
            JqwikSession.run(() -> Life.any().generator(lives).stream(new Random(SEED))
                    .limit(lives)
                    .forEach(moves -> Life.check(database, moves.value())));
            return true;
        } catch (AssertionError | Database.Refused fault) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static List<Path> folders(Path folder) throws IOException {
        return Files.exists(folder) ? files(folder) : List.of();
    }
}
