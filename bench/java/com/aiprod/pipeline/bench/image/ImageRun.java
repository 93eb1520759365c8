package com.aiprod.pipeline.bench.image;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A process that runs the contents of the image. */
final class ImageRun {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final long begun = System.nanoTime();
    private final String roles;
    private final Process process;
    private final int port;
    private final int managementPort;
    private final Path log;

    ImageRun(String roles, ProcessBuilder builder, int port, int managementPort, Path log) throws IOException {
        this.roles = roles;
        this.port = port;
        this.managementPort = managementPort;
        this.log = log;
        this.process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    String roles() {
        return roles;
    }

    /** Returns the port of the API, if the process has that role. */
    int port() {
        return port;
    }

    /**
     * Waits until the process is ready.
     *
     * @return the seconds since the start of the process
     */
    double awaitReady() throws IOException, InterruptedException {
        long end = begun + LIMIT.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() - end > 0) {
                process.destroyForcibly();
                throw new IOException("The process does not become ready; see " + log);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
        return (System.nanoTime() - begun) / 1e9;
    }

    private boolean isReady() throws InterruptedException {
        URI readiness = URI.create("http://127.0.0.1:" + managementPort + "/actuator/health/readiness");
        try {
            return HTTP.send(HttpRequest.newBuilder(readiness).build(), BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            // The process does not listen yet.
            return false;
        }
    }

    /** Returns the resident megabytes. */
    long residentMegabytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
            String resident =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(resident.replaceAll("\\D", "")) / 1024;
        }
    }

    /** Sends SIGTERM and waits for the end of the process. */
    void stop() throws IOException, InterruptedException {
        process.destroy();
        if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
            kill();
            throw new IOException("The process does not end; see " + log);
        }
    }

    void kill() {
        process.destroyForcibly();
    }
}
