package com.aiprod.pipeline.system.failures;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A real PgBouncer in front of a database, in transaction mode with a small pool. */
final class PgBouncer implements AutoCloseable {

    private final Process process;
    private final String jdbcUrl;

    private PgBouncer(Process process, String jdbcUrl) {
        this.process = process;
        this.jdbcUrl = jdbcUrl;
    }

    /** Returns the path of the installed program, if any. */
    static Optional<Path> program() {
        return Stream.of(
                        "/usr/sbin/pgbouncer",
                        "/usr/bin/pgbouncer",
                        "/usr/local/bin/pgbouncer",
                        "/opt/homebrew/bin/pgbouncer")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Starts PgBouncer.
     *
     * @param server the JDBC URL of the database
     * @param user the only user that may connect
     */
    static PgBouncer before(String server, String user) throws IOException {
        URI uri = URI.create(server.substring("jdbc:".length()));
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        // PgBouncer does not run as root, and the user that it switches to must read the files.
        Path folder = Files.createTempDirectory(
                "pgbouncer", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Path users = Files.writeString(folder.resolve("users"), "\"%s\" \"\"\n".formatted(user));
        Path settings = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                aiprod = host=%s port=%d dbname=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = trust
                auth_file = %s
                pool_mode = transaction
                default_pool_size = 8
                ignore_startup_parameters = extra_float_digits
                """.formatted(
                        uri.getHost(), uri.getPort(), uri.getPath().substring(1), port, users));
        List<String> command = new ArrayList<>(List.of(program().orElseThrow().toString(), "-q"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.addAll(List.of("-u", "nobody"));
        }
        command.add(settings.toString());
        Process process = new ProcessBuilder(command).inheritIO().start();
        PgBouncer pooler =
                new PgBouncer(process, "jdbc:postgresql://127.0.0.1:%d/aiprod?user=%s".formatted(port, user));
        Awaitility.await("PgBouncer")
                .atMost(Duration.ofSeconds(30))
                .ignoreExceptions()
                .until(() -> {
                    new DriverManagerDataSource(pooler.jdbcUrl).getConnection().close();
                    return true;
                });
        return pooler;
    }

    String jdbcUrl() {
        return jdbcUrl;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .orTimeout(10, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }
}
