package com.aiprod.pipeline.bench.chaos;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** PostgreSQL in separate processes, which can be killed and restart with their data on the same port. */
final class Database implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ZOMBIES = Duration.ofSeconds(5);

    private final Path data;
    private EmbeddedPostgres postgres;

    /** @param data the folder for its files, created if missing */
    Database(Path data) throws IOException {
        this.data = data;
        this.postgres = start(0);
    }

    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(PATIENCE)
                // The library turns this off, and then a killed server loses committed data.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_buffers", "32MB");
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    int port() {
        return postgres.getPort();
    }

    /** Returns the JDBC URL through the port of the server or of a proxy. */
    static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** Kills all its processes, then starts it with recovery from the write-ahead log. */
    void crash() throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        ProcessHandle postmaster = ProcessHandle.of(
                        Long.parseLong(Files.readAllLines(pidFile).get(0).strip()))
                .orElseThrow();
        List<ProcessHandle> processes =
                Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
        processes.forEach(ProcessHandle::destroyForcibly);
        CompletableFuture<?> gone = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        // In a container without an init process, killed processes stay as harmless zombies.
        gone.completeOnTimeout(null, ZOMBIES.toMillis(), TimeUnit.MILLISECONDS).join();
        // The PID file of a zombie would prevent the next start.
        Files.delete(pidFile);
        int port = postgres.getPort();
        // Only releases the lock of the folder: nothing is left to stop.
        postgres.close();
        postgres = start(port);
    }

    /**
     * Simulates the result of a failover: from now on, each session is read-only. Sessions opened in that time stay so
     * after the database is writable again.
     */
    void readOnly(Duration time) throws SQLException {
        execute(
                "ALTER DATABASE postgres SET default_transaction_read_only = on",
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                        + " AND backend_type = 'client backend'");
        var unused = CompletableFuture.runAsync(
                this::writable, CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS));
    }

    private void writable() {
        try {
            execute(
                    "SET default_transaction_read_only = off",
                    "ALTER DATABASE postgres RESET default_transaction_read_only");
        } catch (SQLException e) {
            throw new IllegalStateException("The database stays read-only", e);
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url(port()));
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public void close() throws IOException {
        postgres.close();
    }
}
