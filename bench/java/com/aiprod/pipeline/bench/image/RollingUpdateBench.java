package com.aiprod.pipeline.bench.image;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A rolling update under load with processes of the image, as in a cluster: a new process starts and gets requests
 * when it is ready; an old one gets no more requests, then SIGTERM. Clients do not retry: {@code bench/rolling}.
 */
public final class RollingUpdateBench {

    private static final List<String> ROLES = List.of("api", "dispatcher", "recorder", "worker");
    private static final Duration SUBMIT_EACH = Duration.ofMillis(250);
    /** The reason for preStop: proxies learn of a pod's end later than the pod. */
    private static final Duration PROXIES_LEARN = Duration.ofSeconds(2);

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final int CLIENTS = 4;
    private static final List<String> SETTINGS = List.of(
            "--aiprod.pipeline.route=wait",
            "--aiprod.routes-dir=" + Path.of("bench", "rolling-routes").toAbsolutePath(),
            "--aiprod.max-active-jobs=0",
            "--aiprod.submit-rate=0",
            "--aiprod.worker.concurrency=4",
            "--aiprod.worker.shutdown-grace=95s",
            "--spring.lifecycle.timeout-per-shutdown-phase=110s");

    private static final String RUN_TWICE =
            "SELECT count(*) FROM (SELECT job_id FROM job_states WHERE state = 'PROCESSING'"
                    + " GROUP BY job_id HAVING count(*) > 1) twice";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String token = DevelopmentTokens.token("rolling");
    private final List<ImageRun> serving = new CopyOnWriteArrayList<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final ImageRuns runs;
    private final List<String> options;
    private volatile boolean done;

    private RollingUpdateBench(ImageRuns runs, List<String> options) {
        this.runs = runs;
        this.options = options;
    }

    /** @param args the output folder of {@code k8s/image}; exits with 1 if a submission failed or a job ran twice */
    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        ImageTar tar = new ImageTar(folder.resolve("image.tar"));
        Path root =
                Files.createTempDirectory(folder.toAbsolutePath(), "rolling-").resolve("root");
        Unpacked image = Unpacked.of(tar, root);
        boolean isGood;
        try (ImageRuns runs = new ImageRuns(image)) {
            List<String> options = List.of("-XX:AOTCache=" + root.resolve("app/application.aot"));
            isGood = new RollingUpdateBench(runs, options).run();
        }
        // Not before the runs are closed: their processes would go on.
        System.exit(isGood ? 0 : 1);
    }

    private boolean run() throws IOException, InterruptedException, SQLException {
        List<ImageRun> old = new ArrayList<>();
        for (String role : ROLES) {
            old.add(runs.start(role, options, SETTINGS));
        }
        for (ImageRun started : old) {
            started.awaitReady();
            serve(started);
        }
        List<Thread> clients = new ArrayList<>();
        for (int number = 0; number < CLIENTS; number++) {
            Thread client = new Thread(this::submitUntilDone, "client-" + number);
            client.start();
            clients.add(client);
        }
        awaitRunning();
        List<String> table = new ArrayList<>();
        for (ImageRun leaving : old) {
            table.add(replace(leaving));
        }
        done = true;
        for (Thread client : clients) {
            client.join();
        }
        long end = System.nanoTime() + LIMIT.toNanos();
        while (count("SELECT count(*) FROM jobs WHERE completed_at IS NULL") > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(SUBMIT_EACH.toNanos());
        }
        long completed = count("SELECT count(*) FROM jobs WHERE state = 'COMPLETED'");
        long twice = count(RUN_TWICE);
        System.out.printf("%-12s %14s %14s %14s%n", "role", "ready, s", "resident, MB", "to end, s");
        table.forEach(System.out::println);
        System.out.printf("%-44s %8d%n", "submissions", accepted.get() + failed.get());
        System.out.printf("%-44s %8d%n", "failed submissions", failed.get());
        System.out.printf("%-44s %8d%n", "jobs not completed", accepted.get() - completed);
        System.out.printf("%-44s %8d%n", "jobs run twice", twice);
        return failed.get() == 0 && twice == 0 && completed == accepted.get();
    }

    private String replace(ImageRun leaving) throws IOException, InterruptedException {
        ImageRun coming = runs.start(leaving.roles(), options, SETTINGS);
        double ready = coming.awaitReady();
        serve(coming);
        long resident = leaving.residentMegabytes();
        if (serving.remove(leaving)) {
            LockSupport.parkNanos(PROXIES_LEARN.toNanos());
        }
        long begun = System.nanoTime();
        leaving.stop();
        return String.format(
                Locale.ROOT,
                "%-12s %14.1f %14d %14.1f",
                leaving.roles(),
                ready,
                resident,
                (System.nanoTime() - begun) / 1e9);
    }

    private void serve(ImageRun run) {
        if (run.roles().contains("api")) {
            serving.add(run);
        }
    }

    /** Waits until jobs run, which starts the update. */
    private void awaitRunning() throws SQLException {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (count("SELECT count(*) FROM jobs WHERE state = 'PROCESSING'") < CLIENTS && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(SUBMIT_EACH.toNanos());
        }
    }

    private void submitUntilDone() {
        for (long due = System.nanoTime(); !done; due += SUBMIT_EACH.toNanos() * CLIENTS) {
            LockSupport.parkNanos(due - System.nanoTime());
            submit();
        }
    }

    private void submit() {
        ImageRun to = serving.get(Math.floorMod(turn.getAndIncrement(), serving.size()));
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + "/pipeline/run"))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(10))
                .POST(HttpRequest.BodyPublishers.ofString("{\"content\": \"The sea at night.\"}"))
                .build();
        try {
            boolean taken =
                    http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 202;
            (taken ? accepted : failed).incrementAndGet();
        } catch (IOException e) {
            failed.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private long count(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(runs.database());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
