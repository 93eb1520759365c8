package com.aiprod.pipeline.bench.chaos;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users who do as a good client does: they try again with the same Idempotency-Key until they get an answer, look at
 * their jobs now and then, and sometimes cancel one. What they were told is written down, a line each:
 *
 * <pre>
 * accepted 2026-01-16T12:00:00Z job key
 * ended    2026-01-16T12:00:00Z job state
 * refused  2026-01-16T12:00:00Z key status
 * </pre>
 */
final class Clients implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration PAUSE = Duration.ofMillis(300);
    private static final Duration LOOK = Duration.ofMillis(60);
    private static final int ENDED_ALREADY = 409;
    private static final int THREADS = 16;
    /** One job in so many is cancelled right after it was accepted. */
    private static final int CANCELLED_EACH = 20;

    private static final Pattern JOB_ID = Pattern.compile("\"job_id\"\\s*:\\s*\"([0-9a-f-]{36})\"");
    private static final Pattern ENDED = Pattern.compile("\"status\"\\s*:\\s*\"(COMPLETED|FAILED|CANCELLED)\"");

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final String token = DevelopmentTokens.token("chaos");
    private final Plan plan;
    private final List<Integer> ports;
    private final BufferedWriter log;
    private final AtomicInteger turn = new AtomicInteger();
    private final AtomicInteger retries = new AtomicInteger();
    private final Queue<String> open = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * Nobody calls before {@link #start()}.
     *
     * @param ports where the API processes listen
     * @param file what the clients were told
     */
    Clients(Plan plan, List<Integer> ports, Path file) throws IOException {
        this.plan = plan;
        this.ports = ports;
        this.log = Files.newBufferedWriter(file);
    }

    /** Submissions come at a steady rate, whatever happened to those before them. */
    void start() {
        long start = System.nanoTime();
        AtomicInteger next = new AtomicInteger();
        for (int number = 0; number < THREADS; number++) {
            threads.add(new Thread(
                    () -> {
                        for (int job = next.getAndIncrement(); job < plan.jobs(); job = next.getAndIncrement()) {
                            LockSupport.parkNanos(
                                    start + plan.duration().toNanos() / plan.jobs() * job - System.nanoTime());
                            submit(job);
                        }
                    },
                    "client-" + number));
        }
        threads.forEach(Thread::start);
        Thread watcher = new Thread(this::watch, "client-watch");
        watcher.setDaemon(true);
        watcher.start();
    }

    /** Waits until all were accepted or that time is over. */
    void await(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        }
        closed = true;
    }

    boolean submitting() {
        return threads.stream().anyMatch(Thread::isAlive);
    }

    /** How often a call was made again, because the first got no answer or a 5xx. */
    int retries() {
        return retries.get();
    }

    private void submit(int number) {
        String key = UUID.randomUUID().toString();
        String body = """
                {"content": "A video about the sea, number %s.", "metadata": {"key": "%s"}, "priority": "%s"}""".formatted(number, key, number % 5 == 0 ? "high" : "low");
        HttpResponse<String> answer = call(
                "/pipeline/run",
                request -> request.header("Content-Type", "application/json")
                        .header("Idempotency-Key", key)
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
        if (answer == null) {
            return;
        }
        Matcher jobId = JOB_ID.matcher(answer.body());
        if (answer.statusCode() != 202 || !jobId.find()) {
            write("refused", key, String.valueOf(answer.statusCode()));
            return;
        }
        write("accepted", jobId.group(1), key);
        open.add(jobId.group(1));
        if (number % CANCELLED_EACH == 0) {
            cancel(jobId.group(1));
        }
    }

    private void cancel(String jobId) {
        HttpResponse<String> answer = call(
                "/pipeline/job/" + jobId + "/cancel", request -> request.POST(HttpRequest.BodyPublishers.noBody()));
        if (answer != null && answer.statusCode() == 200) {
            write("ended", jobId, "CANCELLED");
        } else if (answer != null && answer.statusCode() != ENDED_ALREADY) {
            write("refused", jobId, String.valueOf(answer.statusCode()));
        }
    }

    private void watch() {
        while (!closed) {
            String jobId = open.poll();
            if (jobId != null && !ended(jobId)) {
                open.add(jobId);
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private boolean ended(String jobId) {
        HttpResponse<String> answer = call("/pipeline/job/" + jobId, HttpRequest.Builder::GET);
        if (answer == null) {
            return false;
        }
        Matcher state = ENDED.matcher(answer.body());
        if (answer.statusCode() == 200 && state.find()) {
            write("ended", jobId, state.group(1));
            return true;
        } else if (answer.statusCode() != 200) {
            write("refused", jobId, String.valueOf(answer.statusCode()));
            return true;
        }
        return false;
    }

    /** The first answer that is no failure of the server; null when the run ended before there was one. */
    private HttpResponse<String> call(String path, UnaryOperator<HttpRequest.Builder> how) {
        while (!closed) {
            int port = ports.get(turn.getAndIncrement() % ports.size());
            HttpRequest request = how.apply(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Authorization", "Bearer " + token)
                            .timeout(TIMEOUT))
                    .build();
            try {
                HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (answer.statusCode() < 500 && answer.statusCode() != 429) {
                    return answer;
                }
            } catch (IOException e) {
                // No answer: the call may have had its effect or not, which is what the key is for.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
            retries.incrementAndGet();
            LockSupport.parkNanos(PAUSE.toNanos());
        }
        return null;
    }

    private void write(String what, String about, String detail) {
        try {
            synchronized (log) {
                log.write("%s %s %s %s%n".formatted(what, Instant.now(), about, detail));
                log.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        threads.forEach(Thread::interrupt);
        synchronized (log) {
            log.close();
        }
    }
}
