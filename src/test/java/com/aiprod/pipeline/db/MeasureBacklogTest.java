package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** measure-backlog.sql against a real PostgreSQL. */
class MeasureBacklogTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void anEmptySystemHasZeros() {
        assertThat(queries.row("measure-backlog", Map.of()))
                .containsEntry("outbox_depth", 0L)
                .containsEntry("outbox_age_seconds", 0.0)
                .containsEntry("jobs_queued", 0L)
                .containsEntry("jobs_processing", 0L)
                .containsEntry("oldest_waiting_seconds", 0.0)
                .containsEntry("dead_letters", "{}");
    }

    @Test
    void countsWhatWaitsWhatRunsAndWhatWasGivenUp() throws Exception {
        queries.submit("ann");
        queries.submit("ann");
        queries.claim(queries.submit("ann"), "worker-1");
        String failed = queries.submit("ann");
        queries.fail(failed, queries.claim(failed, "worker-1"), "VIDEO_WRONG");
        queries.jdbc().update("UPDATE outbox SET created_at = now() - interval '90 s'");

        Map<String, Object> row = queries.row("measure-backlog", Map.of());

        assertThat(row)
                .containsEntry("outbox_depth", 4L)
                .containsEntry("jobs_queued", 2L)
                .containsEntry("jobs_processing", 1L);
        assertThat((Double) row.get("outbox_age_seconds")).isBetween(90.0, 120.0);
        assertThat((Double) row.get("oldest_waiting_seconds")).isBetween(90.0, 120.0);
        assertThat(new ObjectMapper().readTree((String) row.get("dead_letters")))
                .isEqualTo(new ObjectMapper().readTree("{\"VIDEO_WRONG\": 1}"));
    }

    @Test
    void aLostMessageDoesNotBeginAJobsWaitAnew() {
        queries.submit("ann");
        queries.jdbc().execute("ALTER TABLE job_states DISABLE TRIGGER job_states_are_append_only");
        try {
            queries.jdbc().update("UPDATE job_states SET entered_at = now() - interval '600 s'");
        } finally {
            queries.jdbc().execute("ALTER TABLE job_states ENABLE TRIGGER job_states_are_append_only");
        }
        publish();
        queries.jdbc().update("UPDATE jobs SET published_at = now() - interval '60 s'");
        assertThat(queries.rows("rescue-jobs", Map.of("messageLostAfterSec", "45", "batchSize", "10")))
                .hasSize(1);
        publish();

        assertThat((Double) queries.row("measure-backlog", Map.of()).get("oldest_waiting_seconds"))
                .isBetween(600.0, 630.0);
    }

    private void publish() {
        Map<String, Object> limits = Map.of("maxInFlight", "10", "batchSize", "10", "leaseSec", "20");
        queries.rows("claim-outbox", limits)
                .forEach(row ->
                        queries.rows("confirm-published", Map.of("publishedIds", "{" + row.get("outbox_id") + "}")));
    }
}
