package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PipelineSlotsTest {

    private final PipelineSlots slots = new PipelineSlots();

    @Test
    void offersEachSlotOnce() {
        assertThat(slots.take("one", 2)).isTrue();
        assertThat(slots.take("one", 2)).isTrue();
        assertThat(slots.take("one", 2)).isFalse();

        slots.giveBack("one");

        assertThat(slots.take("one", 2)).isTrue();
        assertThat(slots.take("one", 2)).isFalse();
    }

    @Test
    void countsEachPipelineByItself() {
        assertThat(slots.take("one", 1)).isTrue();
        assertThat(slots.take("two", 1)).isTrue();
        slots.giveBack("one");
        assertThat(slots.take("two", 1)).isFalse();
    }

    @Test
    void aRevisionWithFewerSlotsWaitsForTheAttemptsOfTheOneBefore() {
        for (int i = 0; i < 3; i++) {
            assertThat(slots.take("one", 3)).isTrue();
        }
        slots.giveBack("one");
        slots.giveBack("one");
        assertThat(slots.take("one", 1)).isFalse();
        slots.giveBack("one");
        assertThat(slots.take("one", 1)).isTrue();
    }

    @Test
    void aRevisionWithMoreSlotsOffersThemAtOnce() {
        assertThat(slots.take("one", 1)).isTrue();
        assertThat(slots.take("one", 2)).isTrue();
        assertThat(slots.take("one", 2)).isFalse();
    }

    @Test
    void neverExceedsTheSlotsUnderContention() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger mostRunning = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int i = 0; i < 4; i++) {
                threads.execute(() -> {
                    for (int tries = 0; tries < 10_000; tries++) {
                        if (slots.take("one", 2)) {
                            mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
                            running.decrementAndGet();
                            slots.giveBack("one");
                        }
                    }
                });
            }
            threads.shutdown();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            threads.shutdownNow();
        }
        assertThat(mostRunning.get()).isBetween(1, 2);
        assertThat(slots.take("one", 1)).isTrue();
    }
}
