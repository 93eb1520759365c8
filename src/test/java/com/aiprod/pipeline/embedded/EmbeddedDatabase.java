package com.aiprod.pipeline.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL for development and tests: one server for the JVM, a new database for each caller. */
public final class EmbeddedDatabase {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private EmbeddedDatabase() {}

    /** Creates an empty database and returns its JDBC URL, including user and password. */
    public static String create() {
        return create("");
    }

    /** Like {@link #create()}, with other properties, for example {@code TEMPLATE template0 ENCODING …}. */
    public static String create(String properties) {
        String name = "aiprod_" + DATABASES.incrementAndGet();
        try (Connection connection = Server.POSTGRES.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " " + properties);
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded PostgreSQL cannot create a database", e);
        }
        return Server.POSTGRES.getJdbcUrl("postgres", name);
    }

    /** Starts on first use and ends with the JVM. */
    private static final class Server {
        private static final EmbeddedPostgres POSTGRES = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "300")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException("The embedded PostgreSQL does not start", e);
            }
        }
    }
}
