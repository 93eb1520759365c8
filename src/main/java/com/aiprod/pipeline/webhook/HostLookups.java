package com.aiprod.pipeline.webhook;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks up hosts on dedicated threads. A lookup cannot be interrupted. If a name server does not respond, it lasts as
 * long as the operating system keeps asking, which is longer than the attempt that needs it. So each user has few
 * lookups at a time, and further lookups of the same user wait for them.
 */
final class HostLookups implements AutoCloseable {

    private static final int MAX_PER_USER = 2;

    private final WebhookTargets targets;
    private final ThreadPoolExecutor threads;
    private final Map<String, Integer> running = new HashMap<>();

    /** @param size the most lookups at a time, for all users together */
    HostLookups(WebhookTargets targets, int size) {
        this.targets = targets;
        threads = new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread thread = new Thread(task, "webhook-lookup");
            thread.setDaemon(true);
            return thread;
        });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * The allowed addresses of a host.
     *
     * @param deadline in terms of {@link System#nanoTime()}
     * @throws UnknownHostException if the host has no allowed address
     * @throws TimeoutException if the lookup does not end by the deadline
     */
    InetAddress[] resolve(String user, String host, long deadline)
            throws UnknownHostException, TimeoutException, InterruptedException {
        take(user, deadline);
        Future<InetAddress[]> lookup;
        try {
            lookup = threads.submit(() -> {
                try {
                    return targets.resolve(host);
                } finally {
                    giveBack(user);
                }
            });
        } catch (RuntimeException e) {
            giveBack(user);
            throw e;
        }
        try {
            return lookup.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownHostException unknown) {
                throw unknown;
            }
            throw new IllegalStateException("Host lookup failed", e);
        }
    }

    private synchronized void take(String user, long deadline) throws TimeoutException, InterruptedException {
        while (running.getOrDefault(user, 0) >= MAX_PER_USER) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException();
            }
            wait(left);
        }
        running.merge(user, 1, Integer::sum);
    }

    private synchronized void giveBack(String user) {
        running.computeIfPresent(user, (key, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
