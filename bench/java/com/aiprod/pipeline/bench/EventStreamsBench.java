package com.aiprod.pipeline.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * What open event streams cost submissions: {@code bench/run EventStreamsBench}. Submissions arrive at a fixed rate
 * without streams, with 1,000 streams that follow 1,000 queued jobs, and while each of these jobs reports
 * progress once a second. The rounds alternate several times because the machine's speed varies.
 * The stream clients and PostgreSQL share the machine. Then {@link EventStreamsLimitBench} runs.
 */
public final class EventStreamsBench {

    private static final int STREAMS = 1000;
    private static final int PER_SECOND = 100;
    private static final int CLIENTS = 16;
    private static final int ROUNDS = Integer.getInteger("rounds", 3);
    private static final Duration SETTLE = Duration.ofSeconds(3);
    private static final Duration ROUND = Duration.ofSeconds(12);
    private static final String JOB = "{\"content\": \"The sea. It comes and it goes.\"}";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicLong events = new AtomicLong();
    private final SystemUnderTest system;
    private final Connection database;

    private EventStreamsBench(SystemUnderTest system, Connection database) {
        this.system = system;
        this.database = database;
    }

    public static void main(String[] args) throws Exception {
        // Nothing runs the jobs, so that there is no load besides streams and submissions.
        try (SystemUnderTest system =
                        new SystemUnderTest("--aiprod.roles=api", "--aiprod.watch.max-open-per-user=" + STREAMS);
                Connection database = DriverManager.getConnection(system.databaseUrl())) {
            new EventStreamsBench(system, database).run();
        }
        EventStreamsLimitBench.main(args);
    }

    private void run() throws Exception {
        system.warmUp(() -> system.submit(JOB));
        List<String> jobs = jobs();
        List<Load> alone = new ArrayList<>();
        List<Load> quiet = new ArrayList<>();
        List<Load> busy = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            alone.add(submissions());
            List<CompletableFuture<HttpResponse<Void>>> streams = open(jobs);
            // By then, the load of 1,000 simultaneous requests to open the streams is over.
            LockSupport.parkNanos(SETTLE.toNanos());
            quiet.add(submissions());
            long before = events.get();
            ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor();
            Future<?> reports = worker.scheduleAtFixedRate(() -> report(jobs), 0, 1, TimeUnit.SECONDS);
            busy.add(submissions());
            if (!reports.cancel(false)) {
                throw new IllegalStateException("The jobs made no progress");
            }
            worker.shutdown();
            worker.awaitTermination(10, TimeUnit.SECONDS);
            line("events received in round %d while jobs make progress: %d", round + 1, events.get() - before);
            streams.forEach(stream -> stream.cancel(true));
            // The server notices closed streams at its heartbeats. The next round starts without them.
            awaitNoStreams();
        }
        line(
                "%-44s %8s %8s %8s %8s",
                "POST /pipeline/run, %d due per s".formatted(PER_SECOND), "p50 ms", "ratio", "p99 ms", "ratio");
        row("no open streams", alone, alone);
        row("%d open streams of queued jobs".formatted(STREAMS), quiet, alone);
        row("%d open streams, an event each second".formatted(STREAMS), busy, alone);
        line("%-44s %8d", "resident, MB", system.residentMegabytes());
    }

    private List<String> jobs() throws Exception {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            jobs.add(new ObjectMapper()
                    .readTree(system.submit(JOB))
                    .path("job_id")
                    .asText());
        }
        return jobs;
    }

    private Load submissions() throws InterruptedException {
        return Load.open(PER_SECOND, CLIENTS, ROUND, () -> system.submit(JOB));
    }

    /** Opens a stream for each job and waits until each has received its first events. */
    private List<CompletableFuture<HttpResponse<Void>>> open(List<String> jobs) {
        long before = events.get();
        List<CompletableFuture<HttpResponse<Void>>> streams = new ArrayList<>();
        for (String job : jobs) {
            streams.add(client.sendAsync(
                    system.request("/pipeline/job/" + job + "/events").build(),
                    BodyHandlers.ofByteArrayConsumer(part -> part.ifPresent(this::count))));
        }
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (events.get() - before < jobs.size()) {
            if (System.nanoTime() > limit || streams.stream().anyMatch(CompletableFuture::isDone)) {
                throw new IllegalStateException("The streams do not open, or do not stay open");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        return streams;
    }

    private void count(byte[] part) {
        // Each event is written in one piece, and the events of a second are sent together.
        String text = new String(part, StandardCharsets.UTF_8);
        for (int at = text.indexOf("data: "); at >= 0; at = text.indexOf("data: ", at + 1)) {
            events.incrementAndGet();
        }
    }

    /** Advances the progress of every job, as workers with 1,000 running jobs would do each second. */
    private void report(List<String> jobs) {
        String sql = "UPDATE jobs SET state = 'PROCESSING', worker_id = 'bench', attempt = 1, started_at = now(),"
                + " lease_expires_at = now() + interval '1 hour', progress_stage = 'render', updated_at = now(),"
                + " progress_percent = (coalesce(progress_percent, 0) + 1) % 101"
                + " WHERE id = ANY (cast(? AS uuid[]))";
        try (PreparedStatement statement = database.prepareStatement(sql)) {
            statement.setArray(1, database.createArrayOf("text", jobs.toArray()));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitNoStreams() throws Exception {
        long limit = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (system.metric("aiprod_watchers_open") > 0) {
            if (System.nanoTime() > limit) {
                throw new IllegalStateException("The system keeps streams that nobody reads");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
    }

    private static void row(String name, List<Load> loads, List<Load> alone) {
        double p50 = median(loads.stream().mapToDouble(Load::p50Ms).toArray());
        double p99 = median(loads.stream().mapToDouble(Load::p99Ms).toArray());
        line(
                "%-44s %8.1f %8.2f %8.1f %8.2f",
                name,
                p50,
                p50 / median(alone.stream().mapToDouble(Load::p50Ms).toArray()),
                p99,
                p99 / median(alone.stream().mapToDouble(Load::p99Ms).toArray()));
    }

    private static double median(double... values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void line(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
