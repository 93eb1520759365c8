package com.aiprod.pipeline.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class JobViewTest {

    private static final String QUEUED = "event: state\nid: 1000000000\ndata: {\"state\":\"QUEUED\"}\n\n";
    private static final String PROCESSING = "event: state\nid: 2000000000\ndata: {\"state\":\"PROCESSING\"}\n\n";
    private static final String PROGRESS = "event: progress\nid: 2000001500\ndata: {\"percent\":40}\n\n";

    private final JobView running = new JobView(
            "job",
            "ann",
            "PROCESSING 1 render 40",
            false,
            List.of("{\"state\":\"QUEUED\"}", "{\"state\":\"PROCESSING\"}"),
            "{\"percent\":40}",
            1500);

    @Test
    void returnsEachStateAndTheLatestProgress() {
        assertThat(running.eventsAfter(0)).isEqualTo(QUEUED + PROCESSING + PROGRESS);
        assertThat(running.lastId()).isEqualTo(2_000_001_500L);
    }

    @Test
    void resumesAfterAnyEventWithoutGapsOrRepeats() {
        assertThat(running.eventsAfter(1_000_000_000L)).isEqualTo(PROCESSING + PROGRESS);
        assertThat(running.eventsAfter(1_000_000_700L)).isEqualTo(PROCESSING + PROGRESS);
        assertThat(running.eventsAfter(2_000_000_000L)).isEqualTo(PROGRESS);
        assertThat(running.eventsAfter(2_000_001_499L)).isEqualTo(PROGRESS);
        assertThat(running.eventsAfter(2_000_001_500L)).isEmpty();
    }

    @Test
    void ordersProgressBetweenItsStateAndTheNext() {
        for (long ms : List.of(-5L, 0L, 1L, 999_999_999L, 5_000_000_000L)) {
            JobView view = new JobView("job", "ann", "v", false, running.states(), "{}", ms);
            assertThat(view.lastId()).as(ms + " ms").isBetween(2_000_000_001L, 2_999_999_999L);
        }
    }
}
