package com.aiprod.pipeline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.StartRefusedException;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Migrating tables in use. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class MigrationTest {

    private final String url = EmbeddedDatabase.create();
    private final DriverManagerDataSource database = new DriverManagerDataSource(url);
    private final JdbcTemplate jdbc = new JdbcTemplate(database);

    @TempDir
    private Path later;

    @BeforeEach
    void migrate() {
        Flyway.configure().dataSource(database).load().migrate();
    }

    @Test
    void retriesOnATableInUseWithoutBlockingOthers() throws Exception {
        write("V9001__add_column.sql", "ALTER TABLE jobs ADD COLUMN later text");
        CompletableFuture<Void> migration;
        try (Connection user = database.getConnection()) {
            user.setAutoCommit(false);
            use(user, "jobs");
            migration = CompletableFuture.runAsync(() -> new SchemaUpdate(flyway("300ms")).run());
            Awaitility.await("the migration waits").until(() -> waiting() > 0);
            // Queued behind the migration. The application's own limit is 5 s.
            jdbc.execute("SET lock_timeout = '5s'; SELECT count(*) FROM jobs");
            Awaitility.await("the migration gives up its lock request").until(() -> waiting() == 0);
            assertThat(migration).isNotDone();
        }
        migration.get(1, TimeUnit.MINUTES);
        assertThatCode(() -> jdbc.execute("SELECT later FROM jobs")).doesNotThrowAnyException();
    }

    @Test
    void givesUpAndSaysWhatToDo() throws Exception {
        write("V9001__add_column.sql", "ALTER TABLE jobs ADD COLUMN later text");
        try (Connection user = database.getConnection()) {
            user.setAutoCommit(false);
            use(user, "jobs");
            assertThatThrownBy(() -> new SchemaUpdate(flyway("50ms"), Duration.ZERO).run())
                    .isInstanceOfSatisfying(
                            StartRefusedException.class,
                            e -> assertThat(e.action()).contains("pg_stat_activity"))
                    .hasMessageContaining("a table stayed locked");
        }
    }

    @Test
    void reportsAReadOnlyDatabase() throws Exception {
        write("V9001__add_column.sql", "ALTER TABLE jobs ADD COLUMN later text");
        jdbc.execute("ALTER DATABASE " + jdbc.queryForObject("SELECT current_database()", String.class)
                + " SET default_transaction_read_only = on");
        assertThatThrownBy(() -> new SchemaUpdate(flyway("1s")).run())
                .isInstanceOf(StartRefusedException.class)
                .hasMessage("The database is read-only, so its schema cannot be migrated.");
    }

    /** AIPROD_ROLES=migrate gives Flyway its own connections. */
    @Test
    void hasNoStatementTimeoutAndBuildsAnIndexConcurrently() throws Exception {
        jdbc.execute("ALTER DATABASE " + jdbc.queryForObject("SELECT current_database()", String.class)
                + " SET statement_timeout = '500ms'");
        write("V9001__take_long.sql", "SELECT pg_sleep(1.5)");
        write(
                "V9002__build_index.sql",
                "SET lock_timeout = 0;\nDROP INDEX CONCURRENTLY IF EXISTS jobs_later;\n"
                        + "CREATE INDEX CONCURRENTLY jobs_later ON jobs (lang);");
        write("V9002__build_index.sql.conf", "executeInTransaction=false");
        write("V9003__begin_as_the_first.sql", "DO $$ BEGIN ASSERT current_setting('lock_timeout') = '3s'; END $$");
        SchemaMigration.run(
                "--aiprod.roles=migrate",
                // The timeout of the driver, which must not apply to Flyway.
                "--spring.datasource.url=" + url + "&socketTimeout=1",
                "--spring.flyway.locations=classpath:db/migration,filesystem:" + later);
        assertThat(jdbc.queryForObject(
                        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'jobs_later'::regclass", Boolean.class))
                .isTrue();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(later.resolve(name), text);
    }

    private static void use(Connection user, String table) throws SQLException {
        try (var statement = user.createStatement()) {
            statement.execute("LOCK TABLE " + table + " IN ACCESS SHARE MODE");
        }
    }

    private int waiting() {
        return jdbc.queryForObject(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock' AND query LIKE 'ALTER%'",
                Integer.class);
    }

    private Flyway flyway(String lockTimeout) {
        return Flyway.configure()
                .dataSource(database)
                .initSql("SET lock_timeout = '" + lockTimeout + "'")
                .locations("classpath:db/migration", "filesystem:" + later)
                .load();
    }
}
