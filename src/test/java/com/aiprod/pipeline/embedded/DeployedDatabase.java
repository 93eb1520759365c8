package com.aiprod.pipeline.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database set up by {@code k8s/database.sql}: one role owns the schema, the application uses another. */
public final class DeployedDatabase {

    private static final String ADMINISTRATOR = EmbeddedDatabase.create();

    static {
        try {
            new JdbcTemplate(new DriverManagerDataSource(ADMINISTRATOR))
                    .execute(Files.readString(Path.of("k8s", "database.sql")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Flyway.configure()
                .dataSource(new DriverManagerDataSource(as("aiprod_owner")))
                .load()
                .migrate();
    }

    private DeployedDatabase() {}

    /** Returns the URL for the superuser. */
    public static String administrator() {
        return ADMINISTRATOR;
    }

    /** Returns the URL for a role of that file. The embedded server requires no password. */
    public static String as(String role) {
        return ADMINISTRATOR.replace("user=postgres", "user=" + role);
    }
}
