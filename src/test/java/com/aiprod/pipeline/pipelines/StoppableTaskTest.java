package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Stopping a pipeline that ignores its first interrupt. */
class StoppableTaskTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger interrupts = new AtomicInteger();

    @Test
    void isInterruptedUntilItEnds() throws Exception {
        StoppableTask task = new StoppableTask(() -> {
            begun.countDown();
            while (interrupts.get() < 3) {
                await();
            }
        });
        Thread thread = start(task);

        assertThat(task.stop(LONG)).isTrue();

        thread.join();
        assertThat(interrupts).hasValue(3);
    }

    @Test
    void isAbandonedWhenItDoesNotEnd() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        StoppableTask task = new StoppableTask(() -> {
            begun.countDown();
            while (end.getCount() > 0) {
                await();
            }
        });
        Thread thread = start(task);

        assertThat(task.stop(Duration.ofMillis(300))).isFalse();

        end.countDown();
        assertThat(task.stop(LONG)).isTrue();
        thread.join();
    }

    @Test
    void doesNotInterruptTheThreadAfterItsEnd() throws Exception {
        StoppableTask task = new StoppableTask(() -> {});
        task.run();

        assertThat(task.stop(LONG)).isTrue();

        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void doesNotStartAfterItWasStopped() throws Exception {
        StoppableTask task = new StoppableTask(interrupts::incrementAndGet);

        // The executor may have cancelled the task before running it.
        assertThat(task.stop(Duration.ZERO)).isTrue();

        task.run();
        assertThat(interrupts).hasValue(0);
    }

    private void await() {
        try {
            never.await();
        } catch (InterruptedException e) {
            interrupts.incrementAndGet();
        }
    }

    private Thread start(StoppableTask task) throws InterruptedException {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        begun.await();
        return thread;
    }
}
