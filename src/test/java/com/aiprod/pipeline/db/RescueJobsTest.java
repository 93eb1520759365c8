package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** rescue-jobs.sql against a real PostgreSQL. */
class RescueJobsTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void requeuesAJobWhoseWorkerDied() throws Exception {
        String jobId = queries.submit("ann", Map.of("priority", "high"));
        dispatch();
        queries.claim(jobId, "worker-1");
        queries.jdbc().update("UPDATE jobs SET progress_stage = 'render', progress_percent = 1");
        loseLease();

        assertThat(rescue()).containsExactly(Map.of("job_id", jobId, "state", "QUEUED", "attempt", 1));
        assertThat(queries.jdbc().queryForMap("SELECT * FROM jobs"))
                .containsEntry("state", "QUEUED")
                .containsEntry("worker_id", null)
                .containsEntry("lease_expires_at", null)
                .containsEntry("progress_stage", null)
                .containsEntry("completed_at", null)
                .containsEntry("attempt", 1);
        assertThat(queries.count("outbox WHERE priority = 'high' AND leased_until IS NULL"))
                .isOne();
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING", "QUEUED");
        assertThat(new ObjectMapper()
                        .readTree(queries.jdbc()
                                .queryForObject(
                                        "SELECT metadata FROM job_states ORDER BY id DESC LIMIT 1", String.class)))
                .isEqualTo(new ObjectMapper()
                        .readTree("{\"reason\": \"lease_expired\", \"worker_id\": \"worker-1\", \"attempt\": 1}"));
        assertThat(queries.claim(jobId, "worker-2")).isEqualTo(2);
    }

    @Test
    void leavesOtherJobsUnchanged() {
        String running = queries.submit("ann");
        queries.claim(running, "worker-1");
        String onItsWay = queries.submit("ann");
        dispatch();
        queries.jdbc().update("UPDATE outbox SET published_at = now() - interval '1 h'");
        String waiting = queries.submit("ann");
        String ended = queries.submit("ann");
        queries.succeed(ended, queries.claim(ended, "worker-1"), "{}");
        assertThat(rescue()).isEmpty();
        assertThat(queries.job("state", running)).isEqualTo("PROCESSING");
        assertThat(queries.job("state", onItsWay)).isEqualTo("QUEUED");
        assertThat(queries.job("state", waiting)).isEqualTo("QUEUED");
        assertThat(queries.job("state", ended)).isEqualTo("COMPLETED");
    }

    @Test
    void failsAJobAfterItsLastAttempt() {
        String jobId = queries.submit("ann");
        for (int attempt = 1; attempt < 5; attempt++) {
            dispatch();
            queries.claim(jobId, "worker-1");
            loseLease();
            assertThat(rescue()).extracting(row -> row.get("state")).containsExactly("QUEUED");
        }
        dispatch();
        queries.claim(jobId, "worker-1");
        loseLease();
        assertThat(rescue()).containsExactly(Map.of("job_id", jobId, "state", "FAILED", "attempt", 5));
        assertThat(queries.job("completed_at IS NOT NULL", jobId)).isEqualTo("true");
        assertThat(queries.count("outbox")).isZero();
        assertThat(queries.history(jobId)).hasSize(11).endsWith("PROCESSING", "FAILED");
        assertThat(queries.jdbc().queryForMap("SELECT * FROM results"))
                .containsEntry("attempt", 5)
                .containsEntry("success", false)
                .containsEntry("error_code", "ATTEMPTS_EXHAUSTED")
                .containsEntry("retryable", true);
        assertThat(queries.jdbc()
                        .queryForMap("SELECT job_id::text, attempt, attempts, error_code, route FROM dead_letters"))
                .containsEntry("job_id", jobId)
                .containsEntry("attempt", 5)
                .containsEntry("attempts", 5)
                .containsEntry("error_code", "ATTEMPTS_EXHAUSTED")
                .containsEntry("route", "rescue-jobs");
        assertThat(queries.row("read-job", Map.of("jobId", jobId))).containsEntry("ended", true);
    }

    @Test
    void failsAJobWhoseLastAttemptHasADeadLetter() {
        String jobId = queries.submit("ann");
        queries.jdbc().update("UPDATE jobs SET max_attempts = 1");
        int attempt = queries.claim(jobId, "worker-1");
        queries.jdbc()
                .update(
                        "INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts,"
                                + " metadata) VALUES (?::uuid, ?, 'm-1', 'VIDEO_WRONG', 'r', 'e', 1, '{}')",
                        jobId,
                        attempt);
        loseLease();
        assertThat(rescue()).extracting(row -> row.get("state")).containsExactly("FAILED");
        assertThat(queries.count("dead_letters")).isOne();
    }

    @Test
    void concurrentProcessesRescueEachJobOnce() throws Exception {
        for (int i = 0; i < 40; i++) {
            queries.claim(queries.submit("ann"), "worker-1");
        }
        loseLease();
        List<Map<String, Object>> rescued =
                Queries.race(6, this::rescue).stream().flatMap(List::stream).toList();
        assertThat(rescued).hasSize(40).extracting(row -> row.get("job_id")).doesNotHaveDuplicates();
        assertThat(queries.count("job_states WHERE metadata->>'reason' = 'lease_expired'"))
                .isEqualTo(40);
        assertThat(queries.count("outbox")).isEqualTo(40);
    }

    @Test
    void rescuesABatchOfTheLongestStuckJobs() {
        String first = queries.submit("ann");
        String second = queries.submit("ann");
        queries.claim(second, "worker-1");
        queries.claim(first, "worker-1");
        loseLease();
        assertThat(queries.rows("rescue-jobs", Map.of("batchSize", "1")))
                .extracting(row -> row.get("job_id"))
                .containsExactly(second);
        assertThat(rescue()).extracting(row -> row.get("job_id")).containsExactly(first);
    }

    private List<Map<String, Object>> rescue() {
        return queries.rows("rescue-jobs", Map.of("batchSize", "100"));
    }

    private void dispatch() {
        queries.rows("claim-outbox", Map.of("minInFlight", "100", "batchSize", "100", "leaseSec", "20"));
        queries.rows(
                "confirm-published",
                Map.of(
                        "publishedIds",
                        queries.jdbc().queryForObject("SELECT array_agg(id)::text FROM outbox", String.class)));
    }

    private void loseLease() {
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() - interval '1 ms' WHERE state = 'PROCESSING'");
    }
}
