package com.aiprod.pipeline.bench.image;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Processes of one image, and the PostgreSQL and Pub/Sub that they share. */
final class ImageRuns implements AutoCloseable {

    private final String database = EmbeddedDatabase.create();
    private final EmbeddedPubSub pubSub = EmbeddedPubSub.start();
    private final List<ImageRun> runs = new ArrayList<>();
    private final Unpacked image;

    ImageRuns(Unpacked image) {
        this.image = image;
    }

    /** Returns the JDBC URL of the shared database. */
    String database() {
        return database;
    }

    /**
     * Starts a process with the memory of its pod.
     *
     * @param roles the value of {@code AIPROD_ROLES}
     * @param options JVM options that replace the image's AOT cache
     * @param settings application settings, for example {@code --aiprod.pipeline.route=echo}
     */
    ImageRun start(String roles, List<String> options, List<String> settings) throws IOException {
        int port = freePort();
        int managementPort = freePort();
        List<String> jvm = new ArrayList<>(options);
        jvm.addAll(PodJvm.options(roles));
        List<String> command = new ArrayList<>(image.command(jvm));
        command.add("--aiprod.roles=" + roles);
        command.add("--server.port=" + port);
        command.add("--management.server.port=" + managementPort);
        command.add("--spring.datasource.url=" + database);
        command.add("--google.cloud.project=image");
        command.add("--aiprod.pubsub.emulator-host=" + pubSub.endpoint());
        command.add("--aiprod.artifacts-dir=" + image.root().resolve("artifacts"));
        DevelopmentTokens.settings().forEach((setting, value) -> command.add("--" + setting + "=" + value));
        command.addAll(settings);
        Path log = image.root().resolve(roles.replace(',', '-') + ".log");
        ImageRun run = new ImageRun(roles, new ProcessBuilder(command), port, managementPort, log);
        runs.add(run);
        return run;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        runs.forEach(ImageRun::kill);
        pubSub.close();
    }
}
