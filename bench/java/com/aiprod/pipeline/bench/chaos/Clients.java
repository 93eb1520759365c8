package com.aiprod.pipeline.bench.chaos;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients that behave well: they retry with the same Idempotency-Key until they get a response, poll
 * their jobs, and sometimes cancel one. They log what the API reported, one line each:
 *
 * <pre>
 * accepted 2026-01-16T12:00:00Z job key
 * ended    2026-01-16T12:00:00Z job state
 * refused  2026-01-16T12:00:00Z key status
 * </pre>
 */
final class Clients implements AutoCloseable {

    private static final Duration LOOK = Duration.ofMillis(60);
    private static final int ENDED_ALREADY = 409;
    private static final int THREADS = 16;
    /** One in this many jobs is cancelled right after it is accepted. */
    private static final int CANCELLED_EACH = 20;

    private static final Pattern ENDED = Pattern.compile("\"status\"\\s*:\\s*\"(COMPLETED|FAILED|CANCELLED)\"");

    private final ApiClient api;
    private final Plan plan;
    private final String hungReceiver;
    private final String goodReceiver;
    private final BufferedWriter log;
    private final Queue<String> open = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    /**
     * Creates the clients. They make no call before {@link #start()}.
     *
     * @param api the API client of the user that they share
     * @param receivers the callbacks: every other job uses the hanging receiver, the others the answering one
     * @param file the log of what the API reported
     */
    Clients(Plan plan, ApiClient api, Receivers receivers, Path file) throws IOException {
        this.plan = plan;
        this.api = api;
        this.hungReceiver = receivers.hung();
        this.goodReceiver = receivers.good();
        this.log = Files.newBufferedWriter(file);
    }

    /** Submits at a steady rate, independent of earlier submissions. */
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

    /** Waits until all jobs are accepted or the time is over. */
    void await(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
        }
        closed = true;
        api.close();
    }

    boolean submitting() {
        return threads.stream().anyMatch(Thread::isAlive);
    }

    private void submit(int number) {
        String key = UUID.randomUUID().toString();
        String body = """
                {"content": "A video about the sea, number %s.", "metadata": {"key": "%s"}, "priority": "%s",\
                 "callback_url": "%s"}""".formatted(
                        number, key, number % 5 == 0 ? "high" : "low", number % 2 == 0 ? hungReceiver : goodReceiver);
        HttpResponse<String> answer = api.submit(key, body);
        if (answer == null) {
            return;
        }
        String jobId = ApiClient.jobId(answer);
        if (answer.statusCode() != 202 || jobId == null) {
            write("refused", key, String.valueOf(answer.statusCode()));
            return;
        }
        write("accepted", jobId, key);
        open.add(jobId);
        if (number % CANCELLED_EACH == 0) {
            cancel(jobId);
        }
    }

    private void cancel(String jobId) {
        HttpResponse<String> answer = api.cancel(jobId);
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
        HttpResponse<String> answer = api.read(jobId);
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
        api.close();
        threads.forEach(Thread::interrupt);
        synchronized (log) {
            log.close();
        }
    }
}
