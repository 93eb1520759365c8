package com.aiprod.pipeline.embedded;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A real PostgreSQL for development and tests: one server for the JVM, a database of its own for each who asks. */
public final class EmbeddedDatabase {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private EmbeddedDatabase() {}

    /** Makes an empty database and returns its JDBC URL, user and password included. */
    public static String create() {
        return create("");
    }

    /** The same with other properties than those of the server's template, e.g. {@code TEMPLATE template0 ENCODING …}. */
    public static String create(String properties) {
        String name = "aiprod_" + DATABASES.incrementAndGet();
        try (Connection connection = Server.POSTGRES.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name + " " + properties);
        } catch (SQLException e) {
            throw new IllegalStateException("The embedded PostgreSQL makes no database", e);
        }
        return Server.POSTGRES.getJdbcUrl("postgres", name);
    }

    /** Started when first asked for; ended with the JVM. */
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
