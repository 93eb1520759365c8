package com.aiprod.pipeline.life;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;

/**
 * The real statements, or with one of them broken, on its own connection to a real PostgreSQL. Uses plain JDBC
 * because it runs some 100,000 statements, and any layer in between would log each of them.
 */
final class Database implements Statements, AutoCloseable {

    static final Path QUERIES = Path.of("src/main/resources/db/queries");

    private static final Pattern PARAMETER = Pattern.compile(":([?*])(\\w+)");
    private static final String PASS_TIME = """
            WITH passed AS MATERIALIZED (
                SELECT make_interval(secs => :?seconds) AS time
            ), on_jobs AS (
                UPDATE jobs SET lease_expires_at = lease_expires_at - time, completed_at = completed_at - time
                FROM passed
            ), on_keys AS (
                UPDATE idempotency_keys SET created_at = created_at - time, expires_at = expires_at - time
                FROM passed
            ), on_workers AS (
                UPDATE workers SET free_since = free_since - time, reached = reached - time,
                    told_at = told_at - time, alive_until = alive_until - time
                FROM passed
            )
            UPDATE outbox SET leased_until = leased_until - time, published_at = published_at - time
            FROM passed
            """;
    private static final Map<Path, String> FILES = new ConcurrentHashMap<>();

    private record Prepared(PreparedStatement statement, List<Parameter> parameters) {}

    private record Parameter(String name, boolean ofEach) {}

    /** PostgreSQL rejected a statement. */
    static final class Refused extends RuntimeException {
        private final String sqlState;

        private Refused(SQLException cause) {
            super(cause);
            this.sqlState = cause.getSQLState();
        }

        boolean isForAConstraint() {
            return sqlState.startsWith("23");
        }

        boolean isForADeadlock() {
            return sqlState.equals("40P01");
        }

        /** A deadlock, or a job that was deleted just before a statement wrote to it. */
        boolean mayPass() {
            return isForADeadlock() || sqlState.equals("23503");
        }
    }

    private interface Work<T> {
        T run() throws SQLException;
    }

    private final String url;
    private final Path queries;
    private final Broken broken;
    private final Connection connection;
    private final int backend;
    private final Map<String, Prepared> statements = new HashMap<>();

    private Database(String url, Path queries, Broken broken) {
        this.url = url;
        this.queries = queries;
        this.broken = broken;
        this.connection = attempt(() -> DriverManager.getConnection(url));
        this.backend = (Integer) ask("SELECT pg_backend_pid()");
    }

    /** Creates a database with the schema of db/migration. */
    static Database create() {
        // Prepares at once because there are thousands of lives, and finds deadlocks without a long wait.
        String url = EmbeddedDatabase.create() + "&prepareThreshold=1&options=-c%20deadlock_timeout=20ms";
        Flyway.configure().dataSource(url, null, null).load().migrate();
        Database database = new Database(url, QUERIES, Broken.NONE);
        database.execute("ALTER TABLE jobs ALTER max_attempts SET DEFAULT " + World.MAX_ATTEMPTS);
        return database;
    }

    /** Opens another connection to the same database, with possibly broken statements. */
    Database connect(Broken other) {
        return new Database(url, queries, other);
    }

    /** Opens another connection to the same database, with the statements of another folder. */
    Database connect(Path otherQueries) {
        return new Database(url, otherQueries, Broken.NONE);
    }

    @Override
    public List<Map<String, Object>> run(String name, Map<String, Object> parameters) {
        return attempt(() -> {
            Prepared prepared = prepared(
                    name, () -> broken.in(name, FILES.computeIfAbsent(queries.resolve(name + ".sql"), Database::read)));
            PreparedStatement statement = prepared.statement();
            for (int i = 0; i < prepared.parameters().size(); i++) {
                Parameter parameter = prepared.parameters().get(i);
                if (!parameters.containsKey(parameter.name())) {
                    throw new IllegalArgumentException(name + " needs " + parameter.name());
                }
                Object value = parameters.get(parameter.name());
                statement.setObject(i + 1, parameter.ofEach() ? ofEach(value) : value);
            }
            return statement.execute() ? rows(statement.getResultSet()) : List.of();
        });
    }

    @Override
    public void passTime(int seconds) {
        attempt(() -> {
            PreparedStatement statement = prepared("pass time", () -> PASS_TIME).statement();
            statement.setInt(1, seconds);
            return statement.execute();
        });
    }

    /** Makes PostgreSQL plan the statement of that name, without parameter values. */
    void plan(String name) {
        attempt(() -> {
            try (PreparedStatement plan =
                    prepare("EXPLAIN " + read(queries.resolve(name + ".sql"))).statement()) {
                for (int i = 1; i <= plan.getParameterMetaData().getParameterCount(); i++) {
                    plan.setObject(i, null);
                }
                return plan.execute();
            }
        });
    }

    /** Deletes all jobs and workers. */
    void empty() {
        execute("DELETE FROM jobs; DELETE FROM dead_letters; DELETE FROM workers");
    }

    /** Reads all jobs in one snapshot. */
    List<StoredJob> jobs() {
        return attempt(() -> {
            List<StoredJob> jobs = new ArrayList<>();
            try (ResultSet row =
                    prepared("jobs", () -> StoredJob.QUERY).statement().executeQuery()) {
                while (row.next()) {
                    jobs.add(StoredJob.read(row));
                }
            }
            return jobs;
        });
    }

    /** Runs {@code changes} in one transaction, then {@code beforeCommit}, and then commits. */
    void inTransaction(Runnable changes, Runnable beforeCommit) {
        execute("BEGIN");
        try {
            changes.run();
            beforeCommit.run();
        } finally {
            execute("COMMIT");
        }
    }

    /** Returns the folder of the statements. */
    Path queries() {
        return queries;
    }

    /** Returns the ID of the server process behind this connection. */
    int backend() {
        return backend;
    }

    /** Returns whether the server process waits for a lock. */
    boolean waits(int backend) {
        return (Boolean) ask("SELECT cardinality(pg_blocking_pids(%d)) > 0".formatted(backend));
    }

    @Override
    public void close() {
        attempt(() -> {
            connection.close();
            return null;
        });
    }

    private Object ask(String question) {
        return attempt(() -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(question)) {
                row.next();
                return row.getObject(1);
            }
        });
    }

    /** Runs any SQL. */
    void execute(String text) {
        attempt(() -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(text);
            }
        });
    }

    /** Planned once for each connection. */
    private Prepared prepared(String name, Supplier<String> text) throws SQLException {
        Prepared prepared = statements.get(name);
        if (prepared == null) {
            prepared = prepare(text.get());
            statements.put(name, prepared);
        }
        return prepared;
    }

    private Prepared prepare(String text) throws SQLException {
        return new Prepared(
                connection.prepareStatement(PARAMETER.matcher(text).replaceAll("?")),
                PARAMETER
                        .matcher(text)
                        .results()
                        .map(found ->
                                new Parameter(found.group(2), found.group(1).equals("*")))
                        .toList());
    }

    /** @param value a list with the value of each member of a group, or the value of the only one */
    private Array ofEach(Object value) throws SQLException {
        List<?> values = value instanceof List<?> list ? list : Collections.singletonList(value);
        return connection.createArrayOf(
                "text",
                values.stream()
                        .map(each -> each == null ? null : each.toString())
                        .toArray());
    }

    private static List<Map<String, Object>> rows(ResultSet result) throws SQLException {
        List<Map<String, Object>> rows = new ArrayList<>();
        while (result.next()) {
            Map<String, Object> row = new HashMap<>();
            for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                row.put(result.getMetaData().getColumnLabel(column), result.getObject(column));
            }
            rows.add(row);
        }
        return rows;
    }

    private static <T> T attempt(Work<T> work) {
        try {
            return work.run();
        } catch (SQLException e) {
            throw new Refused(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
