package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
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
    void isZeroInAnEmptySystem() {
        assertThat(queries.row("measure-backlog", Map.of()))
                .containsEntry("outbox_depth", 0L)
                .containsEntry("outbox_age_seconds", 0.0)
                .containsEntry("jobs_queued", 0L)
                .containsEntry("jobs_processing", 0L)
                .containsEntry("jobs_in_flight", 0L)
                .containsEntry("jobs_in_flight_limit", 0L)
                .containsEntry("oldest_waiting_seconds", 0.0)
                .containsEntry("dead_letters", "{}")
                .containsEntry("pipelines_refused", "{}");
    }

    @Test
    void saysWhichPipelinesHaveRefusedFiles() throws Exception {
        publishRevision("good", "aaaaaaaaaaaa", null);
        publishRevision("bad", "bbbbbbbbbbbb", "[]");

        assertThat(refused()).isEqualTo(Map.of("bad", 1, "good", 0));
    }

    private Map<String, Integer> refused() throws Exception {
        return new ObjectMapper()
                .readValue(
                        (String) queries.row("measure-backlog", Map.of()).get("pipelines_refused"),
                        new TypeReference<Map<String, Integer>>() {});
    }

    /** As a worker that starts. */
    private void publishRevision(String pipeline, String revision, String faults) {
        Map<String, Object> variables =
                new HashMap<>(Map.of("pipeline", pipeline, "revision", revision, "files", "{}", "presets", "[]"));
        variables.put("faults", faults);
        variables.put("since", null);
        queries.row("publish-revision", variables);
    }

    @Test
    void countsQueuedRunningAndDeadLetteredJobs() throws Exception {
        queries.submit("ann");
        queries.submit("ann");
        queries.claim(queries.submit("ann"), "worker-1");
        String failed = queries.submit("ann");
        queries.fail(failed, queries.claim(failed, "worker-1"), "VIDEO_WRONG");
        queries.jdbc().update("UPDATE outbox SET created_at = now() - interval '90 s'");

        Map<String, Object> row = queries.row("measure-backlog", Map.of());

        assertThat(row)
                .containsEntry("outbox_depth", 2L)
                .containsEntry("jobs_queued", 2L)
                .containsEntry("jobs_processing", 1L);
        assertThat((Double) row.get("outbox_age_seconds")).isBetween(90.0, 120.0);
        assertThat((Double) row.get("oldest_waiting_seconds")).isBetween(90.0, 120.0);
        assertThat(new ObjectMapper().readTree((String) row.get("dead_letters")))
                .isEqualTo(new ObjectMapper().readTree("{\"VIDEO_WRONG\": 1}"));
    }

    @Test
    void countsTheJobsOnTheirWayAndTheirLimit() {
        queries.submit("ann");
        publish();
        queries.submit("ann");
        queries.worker("worker-1", 5);
        queries.worker("worker-2", 2);
        queries.claim(queries.submit("ann"), "worker-1");
        assertThat(queries.row("measure-backlog", Map.of()))
                .containsEntry("jobs_in_flight", 1L)
                .containsEntry("jobs_in_flight_limit", 13L);
    }

    @Test
    void aLostMessageDoesNotRestartAJobsWait() {
        queries.submit("ann");
        queries.jdbc().update("UPDATE outbox SET created_at = now() - interval '600 s'");
        publish();
        queries.jdbc().update("UPDATE outbox SET published_at = now() - interval '60 s'");
        queries.worker("worker-1", 2);
        queries.jdbc().update("UPDATE workers SET free_since = now() - interval '60 s'");
        assertThat(queries.rows("republish-jobs", Map.of("messageLostAfterSec", "45", "batchSize", "10")))
                .hasSize(1);

        assertThat((Double) queries.row("measure-backlog", Map.of()).get("oldest_waiting_seconds"))
                .isBetween(600.0, 630.0);
    }

    private void publish() {
        Map<String, Object> limits = Map.of("minInFlight", "10", "batchSize", "10", "leaseSec", "20");
        queries.rows("claim-outbox", limits)
                .forEach(row ->
                        queries.rows("confirm-published", Map.of("publishedIds", "{" + row.get("outbox_id") + "}")));
    }
}
