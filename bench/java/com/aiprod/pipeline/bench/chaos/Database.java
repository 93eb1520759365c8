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

/** PostgreSQL in processes of its own, that can be killed and comes back with its data on the same port. */
final class Database implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ZOMBIES = Duration.ofSeconds(5);

    private final Path data;
    private EmbeddedPostgres postgres;

    /** @param data the folder for its files; made if it is missing */
    Database(Path data) throws IOException {
        this.data = data;
        this.postgres = start(0);
    }

    private EmbeddedPostgres start(int port) throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPGStartupWait(PATIENCE)
                // The library switches it off, and then a killed server loses what it has confirmed.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("shared_buffers", "32MB");
        return (port == 0 ? builder : builder.setPort(port)).start();
    }

    int port() {
        return postgres.getPort();
    }

    /** Its JDBC URL through whatever listens on that port. */
    static String url(int port) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres";
    }

    /** SIGKILL for all its processes, then a start that recovers from the write-ahead log. */
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
        // In a container without an init process the dead stay as zombies, for which nothing can be done or need be.
        gone.completeOnTimeout(null, ZOMBIES.toMillis(), TimeUnit.MILLISECONDS).join();
        // A zombie's would keep the next one from starting.
        Files.delete(pidFile);
        int port = postgres.getPort();
        // Only lets go of the folder's lock: there is nothing left to stop.
        postgres.close();
        postgres = start(port);
    }

    /**
     * What a failover leaves behind: from now on each session can only read. Also those that it has then, once it is
     * writable again after that time.
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
