package com.aiprod.pipeline.startup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.StartRefusedException;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The schema modes, against a real PostgreSQL. */
class SchemaModeTest {

    private final DriverManagerDataSource database = new DriverManagerDataSource(EmbeddedDatabase.create());
    private final JdbcTemplate jdbc = new JdbcTemplate(database);
    private final Flyway flyway = configuration().load();
    private final String latest = List.of(flyway.info().all())
            .get(flyway.info().all().length - 1)
            .getVersion()
            .toString();

    @Test
    void migratesAnEmptyDatabaseOnce() {
        SchemaMode.MIGRATE.apply(flyway);
        assertThat(flyway.info().current().getVersion()).hasToString(latest);
        SchemaMode.MIGRATE.apply(flyway);
        assertThatCode(() -> SchemaMode.CHECK.apply(flyway)).doesNotThrowAnyException();
    }

    @Test
    void aCheckRejectsAnEmptyDatabaseAndLeavesItEmpty() {
        assertThatThrownBy(() -> SchemaMode.CHECK.apply(flyway))
                .hasMessage(
                        "The database schema is at version none, but this build needs version %s.".formatted(latest));
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", Integer.class))
                .isZero();
    }

    @Test
    void aCheckNamesTheVersionOfTheSchema(@TempDir Path later) throws IOException {
        Files.writeString(later.resolve("V9999__of_a_later_build.sql"), "SELECT 1");
        SchemaMode.MIGRATE.apply(flyway);
        Flyway ofALaterBuild = configuration()
                .locations("classpath:db/migration", "filesystem:" + later)
                .load();
        assertThatThrownBy(() -> SchemaMode.CHECK.apply(ofALaterBuild))
                .hasMessageContaining("at version %s, but this build needs version 9999".formatted(latest));
    }

    @Test
    void aCheckAcceptsANewerSchema() {
        SchemaMode.MIGRATE.apply(flyway);
        jdbc.update("INSERT INTO flyway_schema_history SELECT installed_rank + 1, '9999', 'of the next version', type,"
                + " 'V9999__of_the_next_version.sql', 1, installed_by, installed_on, 1, true"
                + " FROM flyway_schema_history ORDER BY installed_rank DESC LIMIT 1");
        assertThatCode(() -> SchemaMode.CHECK.apply(flyway)).doesNotThrowAnyException();
    }

    @Test
    void aCheckRejectsASchemaOfOtherMigrations() {
        SchemaMode.MIGRATE.apply(flyway);
        jdbc.update("UPDATE flyway_schema_history SET checksum = 1 WHERE version = '1'");
        assertThatThrownBy(() -> SchemaMode.CHECK.apply(flyway))
                .isInstanceOf(StartRefusedException.class)
                .hasMessageContaining("do not match this build");
    }

    private FluentConfiguration configuration() {
        return Flyway.configure().dataSource(database);
    }
}
