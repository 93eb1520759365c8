package com.aiprod.pipeline.worker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A task that is interrupted until it ends. Once is not enough: Java itself takes an interrupt away from whoever reads a
 * font ({@code sun.font.TrueTypeFont} begins its reading anew), and a library of a pipeline may do likewise.
 */
final class StoppableTask implements Runnable {

    private static final Duration AGAIN = Duration.ofMillis(100);

    private final Runnable task;
    private final CountDownLatch ended = new CountDownLatch(1);
    private boolean begun;
    private boolean forgone;
    /** While the task runs; afterwards the thread is another's. */
    private Thread thread;

    StoppableTask(Runnable task) {
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
     * Returns when the task has ended, or that time is over. A task that has not begun never does.
     *
     * @return whether nothing of it runs any more
     */
    boolean stop(Duration atMost) throws InterruptedException {
        if (forgo()) {
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
        begun = !forgone;
        thread = begun ? runner : null;
        return begun;
    }

    private synchronized void end() {
        thread = null;
    }

    private synchronized boolean forgo() {
        forgone = !begun;
        return forgone;
    }

    private synchronized void interrupt() {
        if (thread != null) {
            thread.interrupt();
        }
    }
}
