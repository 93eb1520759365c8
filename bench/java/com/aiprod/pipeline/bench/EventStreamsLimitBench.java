package com.aiprod.pipeline.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The event streams that an API pod can hold: {@code bench/run EventStreamsLimitBench}. With the heap size of
 * Kubernetes, opens {@code aiprod.watch.max-open} streams, each of another job, during submissions,
 * then one more, which must be rejected. Reports the heap per stream, from which the limit was derived.
 */
public final class EventStreamsLimitBench {

    /** 50% of the memory limit in k8s/base/api.yaml, as the image sets it. */
    private static final String HEAP = "-Xmx384m";

    /** The limit in application.yaml. */
    private static final int LIMIT = 1000;

    private static final int AT_ONCE = 50;
    private static final int PER_SECOND = 50;
    private static final int CLIENTS = 8;
    private static final Duration ROUND = Duration.ofSeconds(20);
    private static final String JOB = "{\"content\": \"The sea. It comes and it goes.\"}";

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<HttpResponse<InputStream>> streams = new ArrayList<>();
    private final SystemUnderTest system;

    private EventStreamsLimitBench(SystemUnderTest system) {
        this.system = system;
    }

    public static void main(String[] args) throws Exception {
        // One user simulates many.
        try (SystemUnderTest system = SystemUnderTest.withJvm(
                List.of(HEAP, "-XX:+ExitOnOutOfMemoryError"),
                "--aiprod.roles=api",
                "--aiprod.watch.max-open=" + LIMIT,
                "--aiprod.watch.max-open-per-user=" + LIMIT)) {
            new EventStreamsLimitBench(system).run();
        }
    }

    private void run() throws Exception {
        // Otherwise compilation would count as memory of the streams.
        Load.closed(CLIENTS, ROUND, () -> system.submit(JOB));
        Load alone = Load.open(PER_SECOND, CLIENTS, ROUND, () -> system.submit(JOB));
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i <= LIMIT; i++) {
            jobs.add(new ObjectMapper()
                    .readTree(system.submit(JOB))
                    .path("job_id")
                    .asText());
        }
        long before = system.liveHeapBytes();
        CompletableFuture<Void> opening = CompletableFuture.runAsync(() -> open(jobs.subList(0, LIMIT)));
        Load meanwhile = Load.open(PER_SECOND, CLIENTS, ROUND, () -> system.submit(JOB));
        opening.join();
        long after = system.liveHeapBytes();
        int above = request(jobs.get(LIMIT)).join().statusCode();
        Load full = Load.open(PER_SECOND, CLIENTS, ROUND, () -> system.submit(JOB));
        line("%-52s %10d", "streams open with " + HEAP, (long) system.metric("aiprod_watchers_open"));
        line("%-52s %10d", "live heap without them, MB", before >> 20);
        line("%-52s %10d", "live heap with them, MB", after >> 20);
        line("%-52s %10d", "heap of one stream, bytes", (after - before) / LIMIT);
        line("%-52s %10d", "status of one more stream", above);
        line("%-52s %10.1f", "submission p99 ms, no streams", alone.p99Ms());
        line("%-52s %10.1f", "submission p99 ms, while they open", meanwhile.p99Ms());
        line("%-52s %10.1f", "submission p99 ms, all open", full.p99Ms());
    }

    private void open(List<String> jobs) {
        for (int from = 0; from < jobs.size(); from += AT_ONCE) {
            List<CompletableFuture<HttpResponse<InputStream>>> some =
                    jobs.subList(from, Math.min(jobs.size(), from + AT_ONCE)).stream()
                            .map(this::request)
                            .toList();
            for (CompletableFuture<HttpResponse<InputStream>> stream : some) {
                HttpResponse<InputStream> answer = stream.join();
                if (answer.statusCode() != 200) {
                    throw new IllegalStateException("A stream below the limit was answered " + answer.statusCode());
                }
                streams.add(answer);
            }
        }
    }

    private CompletableFuture<HttpResponse<InputStream>> request(String job) {
        return client.sendAsync(
                system.request("/pipeline/job/" + job + "/events").build(), BodyHandlers.ofInputStream());
    }

    private static void line(String format, Object... values) {
        System.out.printf(format + "%n", values);
    }
}
