package com.aiprod.pipeline.bench;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runs calls repeatedly and records their times. */
record Load(double perSecond, double p50Ms, double p99Ms) {

    /** A system property: the percentage of the time of each load that is run. */
    static final String PERCENT = "bench.percent";

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

    private static Load run(int clients, Duration whole, long pause, Runnable call) throws InterruptedException {
        Duration time = whole.multipliedBy(Integer.getInteger(PERCENT, 100)).dividedBy(100);
        ConcurrentLinkedQueue<Long> nanos = new ConcurrentLinkedQueue<>();
        long start = System.nanoTime();
        long end = start + time.toNanos();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        for (int client = 0; client < clients; client++) {
            long first = start + pause * client / clients;
            threads.execute(() -> {
                for (long due = first; due < end; due = pause == 0 ? System.nanoTime() : due + pause) {
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
        long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return new Load(sorted.length / seconds, percentile(sorted, 0.50), percentile(sorted, 0.99));
    }

    private static double percentile(long[] sorted, double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1] / 1e6;
    }
}
