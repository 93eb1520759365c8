package com.aiprod.pipeline.pipelines;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A task that is interrupted repeatedly until it ends. One interrupt is not enough: Java itself clears the interrupt of
 * a thread that reads a font ({@code sun.font.TrueTypeFont} then restarts its read), and a pipeline's library may do
 * the same.
 */
public final class StoppableTask implements Runnable {

    private static final Duration AGAIN = Duration.ofMillis(100);

    private final Runnable task;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean begun;
    private boolean skipped;
    /** Set while the task runs; afterwards the thread runs other tasks. */
    private Thread thread;

    /** @param task ends when its thread is interrupted */
    public StoppableTask(Runnable task) {
        this.task = task;
    }

    @Override
    public void run() {
        if (!begin(Thread.currentThread())) {
            return;
        }
        try {
            task.run();
        } finally {
            end();
            ended.countDown();
        }
    }

    /**
     * Interrupts the task and waits until it has ended or the time is over. A task that has not begun never runs.
     *
     * @return whether the task no longer runs
     */
    public boolean stop(Duration atMost) throws InterruptedException {
        if (skip()) {
            return true;
        }
        long end = System.nanoTime() + atMost.toNanos();
        while (!ended.await(AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
            if (System.nanoTime() - end >= 0) {
                return false;
            }
            interrupt();
        }
        return true;
    }

    private synchronized boolean begin(Thread runner) {
        begun = !skipped;
        thread = begun ? runner : null;
        return begun;
    }

    private synchronized void end() {
        thread = null;
    }

    private synchronized boolean skip() {
        skipped = !begun;
        return skipped;
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
