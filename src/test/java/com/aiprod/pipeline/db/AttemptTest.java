package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** claim-job.sql, renew-leases.sql, and record-result.sql against a real PostgreSQL. */
class AttemptTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void aClaimReturnsTheJobAndStartsALease() throws Exception {
        String jobId = queries.submit("ann", Map.of("metadata", "{\"a\": 1}"));
        queries.jdbc().update("UPDATE outbox SET published_at = now(), leased_until = 'infinity'");
        Map<String, Object> row = claim(jobId, "worker-1");
        assertThat(row)
                .containsOnlyKeys(
                        "outcome",
                        "attempt",
                        "job",
                        "user_id",
                        "request_id",
                        "preset",
                        "priority",
                        "waited_sec",
                        "published_sec",
                        "variables")
                .containsEntry("preset", "quick_social")
                .containsEntry("outcome", "claimed")
                .containsEntry("attempt", 1);
        assertThat(JSON.readTree((String) row.get("job"))).isEqualTo(JSON.readTree("""
                                {"job_id": "%s", "user_id": "ann", "content": "A video about the sea",
                                 "preset": "quick_social", "metadata": {"a": 1}, "lang": "en", "duration_sec": 10}
                                """.formatted(jobId)));
        assertThat(queries.job("state", jobId)).isEqualTo("PROCESSING");
        assertThat(queries.job("worker_id", jobId)).isEqualTo("worker-1");
        assertThat(queries.count("outbox")).isZero();
        assertThat(queries.job("lease_expires_at - updated_at", jobId)).isEqualTo("00:00:30");
        assertThat(queries.job("started_at = updated_at", jobId)).isEqualTo("true");
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING");
        JsonNode metadata = JSON.readTree(queries.jdbc()
                .queryForObject("SELECT metadata FROM job_states WHERE state = 'PROCESSING'", String.class));
        assertThat(metadata).isEqualTo(JSON.readTree("{\"worker_id\": \"worker-1\", \"attempt\": 1}"));
    }

    @Test
    void doesNotClaimAJobThatIsNotQueued() {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        assertThat(claim(jobId, "worker-2"))
                .containsEntry("outcome", "not-waiting")
                .containsEntry("attempt", null);
        queries.succeed(jobId, attempt, "{}");
        assertThat(claim(jobId, "worker-2")).containsEntry("outcome", "not-waiting");
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING", "COMPLETED");
        assertThat(queries.job("attempt", jobId)).isEqualTo("1");
    }

    @Test
    void reportsAnUnknownJob() {
        assertThat(claim(UUID.randomUUID().toString(), "worker-1")).containsEntry("outcome", "unknown");
    }

    @Test
    void onlyOneOfManyWorkersClaimsAJob() throws Exception {
        String jobId = queries.submit("ann");
        List<Object> outcomes = Queries.race(
                12, () -> claim(jobId, Thread.currentThread().getName()).get("outcome"));
        assertThat(Collections.frequency(outcomes, "claimed")).isOne();
        assertThat(Collections.frequency(outcomes, "not-waiting")).isEqualTo(11);
        assertThat(queries.job("attempt", jobId)).isEqualTo("1");
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING");
    }

    @Test
    void aLaterAttemptKeepsTheFirstStartTime() {
        String jobId = queries.submit("ann");
        queries.claim(jobId, "worker-1");
        requeue();
        queries.jdbc().update("UPDATE jobs SET started_at = '2026-01-16T12:00:00Z'");
        assertThat(queries.claim(jobId, "worker-2")).isEqualTo(2);
        assertThat(queries.job("iso8601(started_at)", jobId)).isEqualTo("2026-01-16T12:00:00.000Z");
    }

    @Test
    void limitsTheAttemptsOfASeriesAndStartsANewOne() {
        String jobId = queries.submit("ann");
        for (int attempt = 1; attempt <= 5; attempt++) {
            assertThat(queries.claim(jobId, "worker-1")).isEqualTo(attempt);
            requeue();
        }
        assertThat(claim(jobId, "worker-1")).containsEntry("outcome", "not-waiting");
        queries.jdbc().update("UPDATE jobs SET series_start = attempt");
        assertThat(queries.claim(jobId, "worker-1")).isEqualTo(6);
    }

    @Test
    void renewsOnlyTheLeasesOfTheWorkersOwnAttempts() {
        String mine = queries.submit("ann");
        String others = queries.submit("ann");
        String older = queries.submit("ann");
        String ended = queries.submit("ann");
        String waiting = queries.submit("ann");
        queries.claim(mine, "worker-1");
        queries.claim(others, "worker-2");
        queries.claim(older, "worker-1");
        requeue("id = '" + older + "'");
        queries.claim(older, "worker-1");
        queries.succeed(ended, queries.claim(ended, "worker-1"), "{}");
        queries.jdbc()
                .update("UPDATE jobs SET lease_expires_at = now() - interval '1 s', updated_at = now() - interval '1 s'"
                        + " WHERE state = 'PROCESSING'");

        List<Map<String, Object>> kept = renew(
                "worker-1",
                running(mine, 1, "\"render\"", "40"),
                running(others, 1, "null", "null"),
                running(older, 1, "null", "null"),
                running(ended, 1, "null", "null"),
                running(waiting, 1, "null", "null"),
                running(UUID.randomUUID().toString(), 1, "null", "null"));

        assertThat(kept).containsExactly(Map.of("job_id", mine, "attempt", 1, "renewed", true));
        assertThat(queries.jdbc()
                        .queryForList("SELECT id::text FROM jobs WHERE lease_expires_at > now()", String.class))
                .containsExactly(mine);
        assertThat(queries.job("progress_stage || ' ' || progress_percent", mine))
                .isEqualTo("render 40");
        assertThat(queries.job("lease_expires_at - updated_at", mine)).isEqualTo("00:00:30");
    }

    @Test
    void aRenewalSkipsALockedJob() throws Exception {
        String changing = queries.submit("ann");
        String other = queries.submit("ann");
        queries.claim(changing, "worker-1");
        queries.claim(other, "worker-1");
        String[] running = {running(changing, 1, "null", "null"), running(other, 1, "null", "null")};
        List<Map<String, Object>> duringTheChange;
        try (Connection changer = queries.jdbc().getDataSource().getConnection();
                Statement change = changer.createStatement()) {
            changer.setAutoCommit(false);
            // Ends the wait of a renewal that, wrongly, waits for the lock.
            change.execute("SET LOCAL idle_in_transaction_session_timeout = '5s'");
            change.executeUpdate("UPDATE jobs SET updated_at = now() WHERE id = '" + changing + "'");
            duringTheChange = renew("worker-1", running);
            changer.rollback();
        }
        assertThat(duringTheChange)
                .containsExactlyInAnyOrder(
                        Map.of("job_id", changing, "attempt", 1, "renewed", false),
                        Map.of("job_id", other, "attempt", 1, "renewed", true));
        assertThat(renew("worker-1", running))
                .hasSize(2)
                .allSatisfy(row -> assertThat(row).containsEntry("renewed", true));
    }

    @ParameterizedTest
    @ValueSource(strings = {"claim-job", "record-result", "renew-leases"})
    void findsTheJobByThePrimaryKey(String query) {
        // The planner considers indexes of states without jobs cheaper than the primary key.
        queries.jdbc().update("""
                        INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, completed_at)
                        SELECT gen_random_uuid(), 'ann', repeat('A video ', 100), 'quick_social', 'low', 'en', 10,
                               'COMPLETED', now()
                        FROM generate_series(1, 2000) AS n
                        """);
        queries.jdbc().execute("ANALYZE jobs");
        String jobId = UUID.randomUUID().toString();
        Map<String, Object> variables = Queries.variables(
                "jobId",
                jobId,
                "workerId",
                "w",
                "leaseSec",
                "1",
                "attempt",
                1,
                "success",
                true,
                "output",
                "{}",
                "running",
                "[" + running(jobId, 1, "null", "null") + "]");
        assertThat(queries.sql("EXPLAIN " + Queries.text(query), variables).toString())
                .contains("jobs_pkey")
                .doesNotContain("jobs_running", "Seq Scan on jobs");
    }

    /** So each renewal writes the row alone (a HOT update), and not an entry in every index. */
    @Test
    void noIndexHoldsWhatARenewalChanges() {
        assertThat(queries.jdbc()
                        .queryForList("SELECT indexdef FROM pg_indexes WHERE tablename = 'jobs'", String.class))
                .hasSizeGreaterThan(5)
                .noneMatch(index -> index.matches(".*(lease_expires_at|progress_|updated_at).*"));
    }

    @Test
    void aRenewalChangesUpdatedAtOnlyOnProgress() {
        String jobId = queries.submit("ann");
        queries.claim(jobId, "worker-1");
        renew("worker-1", running(jobId, 1, "\"render\"", "40"));
        String updatedAt = queries.job("updated_at", jobId);
        renew("worker-1", running(jobId, 1, "\"render\"", "40"));
        assertThat(queries.job("updated_at", jobId)).isEqualTo(updatedAt);
        renew("worker-1", running(jobId, 1, "\"render\"", "41"));
        assertThat(queries.job("updated_at", jobId)).isNotEqualTo(updatedAt);
    }

    @Test
    void recordsASuccess() {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        renew("worker-1", running(jobId, attempt, "\"deliver\"", "100"));
        assertThat(queries.succeed(jobId, attempt, "{\"b\": 1,  \"a\": 2}")).isEqualTo("recorded");
        assertThat(queries.jdbc().queryForMap("SELECT * FROM jobs"))
                .containsEntry("state", "COMPLETED")
                .containsEntry("worker_id", null)
                .containsEntry("lease_expires_at", null)
                .containsEntry("progress_stage", null)
                .containsEntry("attempt", 1);
        assertThat(queries.job("completed_at = updated_at", jobId)).isEqualTo("true");
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING", "COMPLETED");
        assertThat(queries.jdbc()
                        .queryForMap(
                                "SELECT success, output::text, error_code, retryable, execution_time_ms FROM results"))
                .containsEntry("success", true)
                .containsEntry("output", "{\"b\": 1,  \"a\": 2}")
                .containsEntry("error_code", null)
                .containsEntry("retryable", false)
                .containsEntry("execution_time_ms", 1234L);
    }

    @Test
    void recordsAFailureWithItsCodeInTheHistory() {
        String jobId = queries.submit("ann");
        assertThat(queries.fail(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG"))
                .isEqualTo("recorded");
        assertThat(queries.job("state", jobId)).isEqualTo("FAILED");
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING", "FAILED");
        assertThat(queries.jdbc()
                        .queryForObject(
                                "SELECT metadata->>'error_code' FROM job_states WHERE state = 'FAILED'", String.class))
                .isEqualTo("VIDEO_WRONG");
        assertThat(queries.jdbc()
                        .queryForMap("SELECT success, output, error_code, error_message, retryable FROM results"))
                .containsEntry("success", false)
                .containsEntry("output", null)
                .containsEntry("error_code", "VIDEO_WRONG")
                .containsEntry("error_message", "It broke.")
                .containsEntry("retryable", true);
    }

    @Test
    void aFailureLeavesARedrivableDeadLetter() throws Exception {
        String jobId = queries.submit("ann");
        queries.fail(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG");
        Map<String, Object> letter = queries.jdbc().queryForMap("SELECT * FROM dead_letters");
        assertThat(letter)
                .containsEntry("job_id", UUID.fromString(jobId))
                .containsEntry("attempt", 1)
                .containsEntry("error_code", "VIDEO_WRONG")
                .containsEntry("reason", "video wrong")
                .containsEntry("error", "It broke.");
        String data = new ObjectMapper()
                .readTree(letter.get("metadata").toString())
                .path("data")
                .asText();
        assertThat(new ObjectMapper().readTree(data).path("job_id").asText()).isEqualTo(jobId);
    }

    @Test
    void aSuccessLeavesNoDeadLetter() {
        String jobId = queries.submit("ann");
        queries.succeed(jobId, queries.claim(jobId, "worker-1"), "{}");
        assertThat(queries.count("dead_letters")).isZero();
    }

    @Test
    void ignoresTheResultOfAnOlderAttempt() {
        String jobId = queries.submit("ann");
        int lost = queries.claim(jobId, "worker-1");
        requeue();
        assertThat(queries.succeed(jobId, lost, "{}")).isEqualTo("late");
        int attempt = queries.claim(jobId, "worker-2");
        assertThat(queries.succeed(jobId, lost, "{}")).isEqualTo("late");
        assertThat(queries.job("state", jobId)).isEqualTo("PROCESSING");
        assertThat(queries.count("results")).isZero();
        assertThat(queries.fail(jobId, attempt, "VIDEO_WRONG")).isEqualTo("recorded");
    }

    @Test
    void ignoresASecondResultOfAnAttempt() {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        assertThat(queries.succeed(jobId, attempt, "{}")).isEqualTo("recorded");
        assertThat(queries.succeed(jobId, attempt, "{}")).isEqualTo("late");
        assertThat(queries.fail(jobId, attempt, "VIDEO_WRONG")).isEqualTo("late");
        assertThat(queries.job("state", jobId)).isEqualTo("COMPLETED");
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING", "COMPLETED");
        assertThat(queries.count("results")).isOne();
    }

    @Test
    void onlyOneOfManyConcurrentResultsEndsTheJob() throws Exception {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        List<String> outcomes = Queries.race(10, () -> queries.succeed(jobId, attempt, "{}"));
        assertThat(Collections.frequency(outcomes, "recorded")).isOne();
        assertThat(Collections.frequency(outcomes, "late")).isEqualTo(9);
        assertThat(queries.count("results")).isOne();
    }

    @Test
    void ignoresTheResultOfACancelledJob() {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        queries.jdbc()
                .update("UPDATE jobs SET state = 'CANCELLED', worker_id = NULL, lease_expires_at = NULL,"
                        + " completed_at = now()");
        assertThat(queries.succeed(jobId, attempt, "{}")).isEqualTo("late");
        assertThat(queries.job("state", jobId)).isEqualTo("CANCELLED");
    }

    @Test
    void reportsTheResultOfAnUnknownJob() {
        assertThat(queries.succeed(UUID.randomUUID().toString(), 1, "{}")).isEqualTo("unknown");
    }

    @ParameterizedTest
    @ValueSource(strings = {"renew-leases", "claim-job"})
    void rejectsAnIdThatIsNotAUuid(String query) {
        // Without rows to compare with, PostgreSQL might not evaluate the ID.
        queries.claim(queries.submit("ann"), "w");
        Map<String, Object> variables = Queries.variables(
                "jobId", "no-uuid", "workerId", "w", "leaseSec", "1", "running", "[{\"job_id\": \"no-uuid\"}]");
        assertThatThrownBy(() -> queries.rows(query, variables)).hasStackTraceContaining("invalid input syntax");
    }

    private Map<String, Object> claim(String jobId, String workerId) {
        return queries.row("claim-job", Map.of("jobId", jobId, "workerId", workerId, "leaseSec", "30"));
    }

    private List<Map<String, Object>> renew(String workerId, String... running) {
        return queries.rows(
                "renew-leases",
                Map.of("workerId", workerId, "leaseSec", "30", "running", "[" + String.join(",", running) + "]"));
    }

    private static String running(String jobId, int attempt, String stage, String percent) {
        return "{\"job_id\": \"%s\", \"attempt\": %d, \"stage\": %s, \"percent\": %s}"
                .formatted(jobId, attempt, stage, percent);
    }

    private void requeue() {
        requeue("state = 'PROCESSING'");
    }

    private void requeue(String which) {
        queries.jdbc()
                .update("UPDATE jobs SET state = 'QUEUED', worker_id = NULL, lease_expires_at = NULL WHERE " + which);
    }
}
