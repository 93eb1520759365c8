package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** cancel-job.sql against a real PostgreSQL. */
class CancelJobTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void cancelsAJobBeforeItsMessageIsPublished() {
        String jobId = queries.submit("ann");
        assertThat(cancel(jobId, "ann")).containsExactly("cancelled");
        assertCancelled(jobId, "QUEUED", "CANCELLED");
        assertThat(queries.count("outbox")).isZero();
        assertThat(claim(jobId)).isEqualTo("not-waiting");
        assertCancelled(jobId, "QUEUED", "CANCELLED");
    }

    @Test
    void cancelsAJobWhoseMessageIsOnItsWay() {
        String jobId = queries.submit("ann");
        assertThat(dispatch()).isEqualTo(jobId);
        assertThat(queries.outbox("published_at", jobId)).isNotNull();
        assertThat(cancel(jobId, "ann")).containsExactly("cancelled");
        assertThat(claim(jobId)).isEqualTo("not-waiting");
        assertCancelled(jobId, "QUEUED", "CANCELLED");
    }

    @Test
    void cancelsARunningJobEndsItsLeaseAndIgnoresItsResult() throws Exception {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        queries.jdbc().update("UPDATE jobs SET progress_stage = 'render', progress_percent = 40");
        assertThat(cancel(jobId, "ann")).containsExactly("cancelled");
        assertCancelled(jobId, "QUEUED", "PROCESSING", "CANCELLED");
        JsonNode metadata = JSON.readTree(queries.jdbc()
                .queryForObject("SELECT metadata FROM job_states WHERE state = 'CANCELLED'", String.class));
        assertThat(metadata).isEqualTo(JSON.readTree("{\"worker_id\": \"worker-1\", \"attempt\": 1}"));

        String running =
                "[{\"job_id\": \"%s\", \"attempt\": 1, \"stage\": \"render\", \"percent\": 50}]".formatted(jobId);
        assertThat(queries.rows("renew-leases", Map.of("running", running, "workerId", "worker-1", "leaseSec", "30")))
                .isEmpty();
        assertThat(queries.succeed(jobId, attempt, "{}")).isEqualTo("late");
        assertThat(queries.count("results")).isZero();
        assertCancelled(jobId, "QUEUED", "PROCESSING", "CANCELLED");
    }

    @Test
    void isIdempotent() {
        String jobId = queries.submit("ann");
        cancel(jobId, "ann");
        String before = queries.job("jobs", jobId);
        assertThat(cancel(jobId, "ann")).containsExactly("cancelled-before");
        assertThat(queries.job("jobs", jobId)).isEqualTo(before);
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "CANCELLED");
    }

    @Test
    void leavesACompletedOrFailedJobUnchanged() {
        String completed = queries.submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        String failed = queries.submit("ann");
        queries.fail(failed, queries.claim(failed, "worker-1"), "VIDEO_WRONG");
        assertThat(cancel(completed, "ann")).containsExactly("ended");
        assertThat(cancel(failed, "ann")).containsExactly("ended");
        assertThat(queries.job("state", completed)).isEqualTo("COMPLETED");
        assertThat(queries.history(failed)).containsExactly("QUEUED", "PROCESSING", "FAILED");
    }

    @Test
    void leavesTheJobsOfOtherUsersUnchanged() {
        String jobId = queries.submit("ann");
        assertThat(cancel(jobId, "bob")).isEmpty();
        assertThat(cancel(UUID.randomUUID().toString(), "ann")).isEmpty();
        assertThat(queries.history(jobId)).containsExactly("QUEUED");
    }

    @RepeatedTest(10)
    void hasOneWinnerInARaceWithClaimAndResult() throws Exception {
        String jobId = queries.submit("ann");
        AtomicInteger turn = new AtomicInteger();
        List<String> outcomes = Queries.race(20, () -> switch (turn.getAndIncrement() % 4) {
            case 0, 1 -> cancel(jobId, "ann").get(0);
            case 2 -> "claim " + claim(jobId);
            default -> "result " + queries.succeed(jobId, 1, "{}");
        });
        if ("QUEUED".equals(queries.job("state", jobId)) || "PROCESSING".equals(queries.job("state", jobId))) {
            throw new AssertionError("after ten cancellations, the job is " + queries.job("state", jobId));
        }
        List<String> history = queries.history(jobId);
        assertThat(history)
                .isIn(
                        List.of("QUEUED", "CANCELLED"),
                        List.of("QUEUED", "PROCESSING", "CANCELLED"),
                        List.of("QUEUED", "PROCESSING", "COMPLETED"));
        boolean completed = history.contains("COMPLETED");
        assertThat(Collections.frequency(outcomes, "cancelled")).isEqualTo(completed ? 0 : 1);
        assertThat(Collections.frequency(outcomes, "cancelled-before")).isEqualTo(completed ? 0 : 9);
        assertThat(Collections.frequency(outcomes, "ended")).isEqualTo(completed ? 10 : 0);
        assertThat(Collections.frequency(outcomes, "result recorded")).isEqualTo(completed ? 1 : 0);
        assertThat(queries.count("results")).isEqualTo(completed ? 1 : 0);
    }

    @RepeatedTest(10)
    void hasOneWinnerInARaceWithTheResult() throws Exception {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        AtomicInteger turn = new AtomicInteger();
        List<String> outcomes = Queries.race(
                20,
                () -> turn.getAndIncrement() % 2 == 0
                        ? cancel(jobId, "ann").get(0)
                        : queries.succeed(jobId, attempt, "{}"));
        boolean completed = "COMPLETED".equals(queries.job("state", jobId));
        assertThat(Collections.frequency(outcomes, "recorded")).isEqualTo(completed ? 1 : 0);
        assertThat(Collections.frequency(outcomes, "ended")).isEqualTo(completed ? 10 : 0);
        assertThat(Collections.frequency(outcomes, "cancelled")).isEqualTo(completed ? 0 : 1);
        assertThat(queries.history(jobId)).hasSize(3);
    }

    private void assertCancelled(String jobId, String... history) {
        assertThat(queries.jdbc()
                        .queryForMap(
                                "SELECT state::text, worker_id, lease_expires_at, progress_stage,"
                                        + " progress_percent, completed_at = updated_at AS ended_now FROM jobs"
                                        + " WHERE id = ?::uuid",
                                jobId))
                .isEqualTo(Queries.variables(
                        "state", "CANCELLED",
                        "worker_id", null,
                        "lease_expires_at", null,
                        "progress_stage", null,
                        "progress_percent", null,
                        "ended_now", true));
        assertThat(queries.history(jobId)).containsExactly(history);
        assertThat(queries.count("outbox")).isZero();
    }

    private List<String> cancel(String jobId, String userId) {
        return queries.rows("cancel-job", Map.of("jobId", jobId, "userId", userId)).stream()
                .map(row -> (String) row.get("outcome"))
                .toList();
    }

    private String claim(String jobId) {
        return (String) queries.row("claim-job", Map.of("jobId", jobId, "workerId", "worker-1", "leaseSec", "30"))
                .get("outcome");
    }

    /** Takes the only job in the outbox and confirms its message. */
    private String dispatch() {
        Map<String, Object> row =
                queries.row("claim-outbox", Map.of("minInFlight", 10, "batchSize", 10, "leaseSec", 5));
        queries.rows("confirm-published", Map.of("publishedIds", "{" + row.get("outbox_id") + "}"));
        return (String) row.get("job_id");
    }
}
