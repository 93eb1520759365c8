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
 * Looks up hosts on threads of their own. A look-up cannot be interrupted, and lasts as long as the operating system asks
 * a name server that does not answer: longer than the try that needs it. So a user has few under way, and the others of
 * the same user wait for these.
 */
final class HostLookups implements AutoCloseable {

    private static final int MAX_PER_USER = 2;

    private final WebhookTargets targets;
    private final ThreadPoolExecutor threads;
    private final Map<String, Integer> underWay = new HashMap<>();

    /** @param size how many there may be at a time, of all users */
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
     * The addresses of a host that may be called.
     *
     * @param deadline of {@link System#nanoTime()}
     * @throws UnknownHostException if it has none
     * @throws TimeoutException if they are not known by the deadline
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
            throw new IllegalStateException("A look-up failed", e);
        }
    }

    private synchronized void take(String user, long deadline) throws TimeoutException, InterruptedException {
        while (underWay.getOrDefault(user, 0) >= MAX_PER_USER) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException();
            }
            wait(left);
        }
        underWay.merge(user, 1, Integer::sum);
    }

    private synchronized void giveBack(String user) {
        underWay.computeIfPresent(user, (key, count) -> count == 1 ? null : count - 1);
        notifyAll();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
