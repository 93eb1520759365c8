package com.aiprod.pipeline.bench.chaos;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSubMain;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** The system as in production: each part in a separate process, with a faulty network between them. */
final class Environment implements AutoCloseable {

    private static final String PROJECT = "chaos";
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final int CONCURRENCY = 4;
    private static final Duration PACKET_DELAY = Duration.ofMillis(100);

    /** The default times suit nodes that are seconds apart and would make the run too long. */
    private static final List<String> SHORT_TIMES = List.of(
            "--aiprod.worker.lease-sec=12",
            "--aiprod.dispatcher.lease-sec=12",
            "--aiprod.rescue.message-lost-after-sec=15",
            "--aiprod.rescue.interval=2000",
            "--aiprod.pubsub.check-interval=5s");

    private static final List<String> COMMON = List.of(
            "--google.cloud.project=" + PROJECT,
            "--aiprod.pipeline.route=chaos",
            "--aiprod.max-active-jobs=0",
            "--aiprod.submit-rate=0",
            "--aiprod.webhook.allow-local-targets=true",
            "--aiprod.worker.concurrency=" + CONCURRENCY,
            "--aiprod.recorder.max-leased=16");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final Random random;
    private final Plan plan;
    private final Database database;
    private final int pubSubPort = freePort();
    private final TcpProxy databaseProxy;
    private final TcpProxy pubSubProxy;
    private final Child pubSub;
    private final MessageTap tap;
    private final List<Application> applications = new ArrayList<>();

    /**
     * Starts everything and waits until it is ready.
     *
     * @param folder for logs and data; should be empty
     */
    Environment(Plan plan, Path folder) throws IOException {
        this.plan = plan;
        this.folder = folder;
        this.random = new Random(plan.seed());
        this.database = new Database(folder.resolve("postgres"));
        this.databaseProxy = new TcpProxy(database.port());
        this.pubSubProxy = new TcpProxy(pubSubPort);
        this.pubSub = new Child("pubsub", folder, EmbeddedPubSubMain.class, List.of("--port=" + pubSubPort));
        awaitPort(pubSubPort);
        this.tap = new MessageTap(PROJECT, pubSubPort);
        for (String roles : plan.processes()) {
            applications.add(start(roles));
        }
        awaitReady();
    }

    private Application start(String roles) throws IOException {
        String name = "%s-%s".formatted(applications.size() + 1, roles.replace(',', '-'));
        int port = freePort();
        int managementPort = freePort();
        List<String> arguments = new ArrayList<>(COMMON);
        arguments.addAll(SHORT_TIMES);
        arguments.add("--aiprod.roles=" + roles);
        arguments.add("--server.port=" + port);
        arguments.add("--management.server.port=" + managementPort);
        arguments.add("--spring.datasource.url=" + Database.url(databaseProxy.port()));
        arguments.add("--aiprod.pubsub.emulator-host=127.0.0.1:" + pubSubProxy.port());
        arguments.add("--aiprod.artifacts-dir=" + folder.resolve("artifacts"));
        arguments.add("--aiprod.routes-dir=" + Path.of("bench", "chaos-routes").toAbsolutePath());
        DevelopmentTokens.settings().forEach((setting, value) -> arguments.add("--" + setting + "=" + value));
        return new Application(
                roles, port, managementPort, new Child(name, folder, PipelineApplication.class, arguments));
    }

    /** Returns the number of slots of all workers together. */
    int slots() {
        return CONCURRENCY * with("worker").size();
    }

    /** Returns the number of starts of application processes, including restarts. */
    long starts() {
        return applications.stream()
                .mapToLong(application -> application.process().starts())
                .sum();
    }

    /** Returns the ports of the API processes. */
    List<Integer> apiPorts() {
        return with("api").stream().map(Application::port).toList();
    }

    private List<Application> with(String role) {
        return applications.stream()
                .filter(application -> application.roles().contains(role))
                .toList();
    }

    /** Returns the JDBC URL that bypasses the faulty network. */
    String databaseUrl() {
        return Database.url(database.port());
    }

    /**
     * Inflicts the fault. Returns when that is done, not when the system has recovered.
     *
     * @return the exact target of the fault
     */
    String inflict(Fault fault) throws IOException {
        return switch (fault) {
            case KILL_WORKER -> kill("worker");
            case KILL_API -> kill("api");
            case KILL_DISPATCHER -> kill("dispatcher");
            case STOP_WORKER -> {
                Child worker = victim("worker").process();
                worker.terminate();
                yield worker.name();
            }
            case CRASH_DATABASE -> {
                database.crash();
                yield "postgres";
            }
            case READ_ONLY_DATABASE -> {
                try {
                    database.readOnly(plan.calm());
                } catch (SQLException e) {
                    throw new IOException(e);
                }
                yield "%d s, then its sessions stay so".formatted(plan.calm().toSeconds());
            }
            case LOSE_MESSAGES -> {
                pubSub.kill();
                yield pubSub.name();
            }
            case DELETE_SUBSCRIPTION -> {
                String subscription = oneOf(List.of("aiprod-pipeline-jobs-sub", "aiprod-pipeline-results-sub"));
                yield tap.deleteSubscription(subscription) ? subscription : "none was there";
            }
            case REMAKE_TOPIC -> {
                String topic = oneOf(List.of("aiprod-pipeline-jobs", "aiprod-pipeline-results"));
                yield tap.remakeTopic(topic) ? topic : "none was there";
            }
            case BREAK_CONNECTIONS -> {
                databaseProxy.breakAll();
                pubSubProxy.breakAll();
                yield "to PostgreSQL and Pub/Sub";
            }
            case STALL_CONNECTIONS -> {
                boolean toDatabase = random.nextBoolean();
                (toDatabase ? databaseProxy : pubSubProxy).stall(plan.calm());
                yield "to %s, %d s"
                        .formatted(
                                toDatabase ? "PostgreSQL" : "Pub/Sub",
                                plan.calm().toSeconds());
            }
            case SLOW_CONNECTIONS -> {
                databaseProxy.slow(plan.calm(), PACKET_DELAY);
                pubSubProxy.slow(plan.calm(), PACKET_DELAY);
                yield "%d ms, %d s"
                        .formatted(PACKET_DELAY.toMillis(), plan.calm().toSeconds());
            }
            case REPEAT_MESSAGES -> tap.repeat() + " messages";
        };
    }

    private String kill(String role) {
        Child child = victim(role).process();
        child.kill();
        return child.name();
    }

    /** Prefers a process that is down or starting: a fault never takes the last one that serves. */
    private Application victim(String role) {
        List<Application> candidates = with(role);
        return candidates.stream()
                .filter(application -> !answers(() -> ready(application)))
                .findFirst()
                .orElseGet(() -> oneOf(candidates));
    }

    private <T> T oneOf(List<T> candidates) {
        return candidates.get(random.nextInt(candidates.size()));
    }

    /** Returns a port that was free a moment ago. A process keeps it over restarts. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void awaitPort(int port) {
        await("port " + port, () -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            }
        });
    }

    /** Waits until every process is ready, including those hit by faults. */
    void awaitReady() {
        applications.forEach(this::awaitReady);
    }

    private void awaitReady(Application application) {
        await(application.process().name() + ", see its log in " + folder, () -> ready(application));
    }

    private boolean ready(Application application) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + application.managementPort() + "/actuator/health/readiness"))
                .timeout(Duration.ofSeconds(2))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    }

    private static void await(String what, Probe probe) {
        long end = System.nanoTime() + START_LIMIT.toNanos();
        while (!answers(probe)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("Not ready in time: " + what);
            }
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
        }
    }

    private static boolean answers(Probe probe) {
        try {
            return probe.answers();
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private record Application(String roles, int port, int managementPort, Child process) {}

    @FunctionalInterface
    private interface Probe {
        boolean answers() throws IOException, InterruptedException;
    }

    @Override
    public void close() throws IOException {
        applications.forEach(application -> application.process().close());
        tap.close();
        pubSub.close();
        databaseProxy.close();
        pubSubProxy.close();
        database.close();
    }
}
