package com.aiprod.pipeline.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/** Runs calls repeatedly and records their times. */
final class Load {

    /** A system property: the percentage of the time of each load that is run. */
    static final String PERCENT = "bench.percent";

    /** Sorted. */
    private final long[] nanos;

    private final double seconds;

    private Load(long[] nanos, double seconds) {
        this.nanos = nanos;
        this.seconds = seconds;
    }

    /** Whether this run is the short form of all benchmarks. */
    static boolean isShort() {
        return Integer.getInteger(PERCENT, 100) < 100;
    }

    /** Returns the time of a load of this nominal length in this run. */
    static Duration shortened(Duration time) {
        return time.multipliedBy(Integer.getInteger(PERCENT, 100)).dividedBy(100);
    }

    /** Returns {@code BENCH_WARM_UP_MINUTES}, or the given time if that is not set. */
    static Duration warmUpTime(Duration otherwise) {
        String minutes = System.getenv("BENCH_WARM_UP_MINUTES");
        return minutes == null ? otherwise : Duration.ofMinutes(Long.parseLong(minutes));
    }

    /** Closed loop: each client makes its next call when the previous one returns. */
    static Load closed(int clients, Duration time, Runnable call) throws InterruptedException {
        return run(clients, time, 0, call);
    }

    /**
     * Open loop: calls start at a fixed rate. A call's time counts from when it was due, so that a slow response
     * is not hidden by the calls it delayed.
     */
    static Load open(int perSecond, int clients, Duration time, Runnable call) throws InterruptedException {
        return run(clients, time, TimeUnit.SECONDS.toNanos(clients) / perSecond, call);
    }

    /** Closed loop for the whole time in each run: a short warm-up would leave a system that is not compiled. */
    static Load warmUp(int clients, Duration time, Runnable call) throws InterruptedException {
        return run(clients, time, Integer.MAX_VALUE, 0, call);
    }

    /** Closed loop with a number of calls. */
    static Load counted(int clients, int calls, Runnable call) throws InterruptedException {
        return run(clients, Duration.ofMinutes(5), calls, 0, call);
    }

    private static Load run(int clients, Duration whole, long pause, Runnable call) throws InterruptedException {
        return run(clients, shortened(whole), Integer.MAX_VALUE, pause, call);
    }

    private static Load run(int clients, Duration time, int calls, long pause, Runnable call)
            throws InterruptedException {
        AtomicInteger left = new AtomicInteger(calls);
        ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        long start = System.nanoTime();
        long end = start + time.toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        for (int client = 0; client < clients; client++) {
            long first = start + pause * client / clients;
            threads.execute(() -> {
                for (long due = first;
                        due < end && left.getAndDecrement() > 0;
                        due = pause == 0 ? System.nanoTime() : due + pause) {
                    LockSupport.parkNanos(due - System.nanoTime());
                    call.run();
                    nanos.add(System.nanoTime() - due);
                }
            });
        }
        threads.shutdown();
        if (!threads.awaitTermination(time.toSeconds() + 120, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The calls do not end");
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new Load(nanos.stream().mapToLong(Long::longValue).sorted().toArray(), seconds);
    }

    /** Returns both as if they were one. */
    Load plus(Load other) {
        long[] both = LongStream.concat(Arrays.stream(nanos), Arrays.stream(other.nanos))
                .sorted()
                .toArray();
        return new Load(both, seconds + other.seconds);
    }

    int calls() {
        return nanos.length;
    }

    double perSecond() {
        return nanos.length / seconds;
    }

    double p50Ms() {
        return percentile(0.50);
    }

    double p99Ms() {
        return percentile(0.99);
    }

    private double percentile(double part) {
        return nanos[(int) Math.ceil(part * nanos.length) - 1] / 1e6;
    }
}
