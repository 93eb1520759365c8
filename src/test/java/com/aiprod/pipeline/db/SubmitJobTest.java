package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** submit-job.sql against a real PostgreSQL. */
class SubmitJobTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void createsTheJobItsHistoryAndItsMessage() {
        Map<String, Object> row = submit("ann", Map.of("priority", "high"));
        assertThat(row)
                .containsOnlyKeys("outcome", "job_id", "created_at", "active_left", "submissions_left", "reset_sec")
                .containsEntry("outcome", "created");
        String jobId = (String) row.get("job_id");
        assertThat(jobId).matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
        assertThat((String) row.get("created_at"))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z")
                .isEqualTo(queries.job("iso8601(created_at)", jobId));

        assertThat(queries.jdbc().queryForMap("SELECT * FROM jobs WHERE id = ?::uuid", jobId))
                .containsEntry("user_id", "ann")
                .containsEntry("state", "QUEUED")
                .containsEntry("content", "A video about the sea")
                .containsEntry("preset", "quick_social")
                .containsEntry("priority", "high")
                .containsEntry("lang", "en")
                .containsEntry("duration_sec", 10)
                .containsEntry("request_id", "request-1")
                .containsEntry("attempt", 0);
        assertThat(queries.job("metadata", jobId)).isEqualTo("{}");
        assertThat(queries.history(jobId)).containsExactly("QUEUED");
        assertThat(queries.count("outbox WHERE job_id = ?::uuid AND priority = 'high' AND leased_until IS NULL", jobId))
                .isOne();
    }

    @Test
    void createsAJobForEachCallWithoutAKey() {
        assertThat(queries.submit("ann")).isNotEqualTo(queries.submit("ann"));
        assertThat(queries.count("idempotency_keys")).isZero();
    }

    @Test
    void replaysTheSameRequest() {
        Map<String, Object> first = submit("ann", keyed("key-1", "hash-1"));
        Map<String, Object> second = submit("ann", keyed("key-1", "hash-1"));
        assertThat(first).containsEntry("outcome", "created");
        assertThat(second)
                .containsEntry("outcome", "replayed")
                .containsEntry("job_id", first.get("job_id"))
                .containsEntry("created_at", first.get("created_at"));
        assertOneJob();
    }

    @Test
    void rejectsAKnownKeyWithAnotherRequest() {
        Map<String, Object> first = submit("ann", keyed("key-1", "hash-1"));
        assertThat(submit("ann", keyed("key-1", "hash-2")))
                .containsEntry("outcome", "conflict")
                .containsEntry("job_id", first.get("job_id"));
        assertThat(submit("ann", keyed("key-1", "hash-1"))).containsEntry("outcome", "replayed");
        assertOneJob();
    }

    @Test
    void scopesKeysToTheirUser() {
        submit("ann", keyed("key-1", "hash-1"));
        assertThat(submit("bob", keyed("key-1", "hash-2"))).containsEntry("outcome", "created");
    }

    @Test
    void acceptsAKeyAgainAfterADay() {
        Map<String, Object> first = submit("ann", keyed("key-1", "hash-1"));
        assertThat(queries.jdbc()
                        .queryForObject(
                                "SELECT justify_hours(expires_at - created_at)::text FROM idempotency_keys",
                                String.class))
                .isEqualTo("1 day");
        queries.jdbc()
                .update("UPDATE idempotency_keys SET created_at = now() - interval '25 hours', expires_at = now()");
        Map<String, Object> second = submit("ann", keyed("key-1", "hash-2"));
        assertThat(second).containsEntry("outcome", "created");
        assertThat(second.get("job_id")).isNotEqualTo(first.get("job_id"));
        assertThat(submit("ann", keyed("key-1", "hash-2")))
                .containsEntry("outcome", "replayed")
                .containsEntry("job_id", second.get("job_id"))
                .containsEntry("created_at", second.get("created_at"));
        assertThat(queries.count("jobs")).isEqualTo(2);
    }

    @Test
    void createsOneJobForConcurrentCalls() throws Exception {
        List<Map<String, Object>> rows = Queries.race(20, () -> submit("ann", keyed("key-1", "hash-1")));
        assertThat(rows)
                .extracting(row -> row.get("job_id"))
                .containsOnly(rows.get(0).get("job_id"));
        List<Object> outcomes = rows.stream().map(row -> row.get("outcome")).toList();
        assertThat(Collections.frequency(outcomes, "created")).isOne();
        assertThat(Collections.frequency(outcomes, "replayed")).isEqualTo(19);
        assertOneJob();
    }

    @Test
    void createsOneJobForConcurrentCallsWithAnExpiredKey() throws Exception {
        submit("ann", keyed("key-1", "hash-1"));
        queries.jdbc()
                .update("UPDATE idempotency_keys SET created_at = now() - interval '25 hours', expires_at = now()");
        List<Map<String, Object>> rows = Queries.race(20, () -> submit("ann", keyed("key-1", "hash-2")));
        List<Object> outcomes = rows.stream().map(row -> row.get("outcome")).toList();
        assertThat(Collections.frequency(outcomes, "created")).isOne();
        assertThat(Collections.frequency(outcomes, "replayed")).isEqualTo(19);
        assertThat(queries.count("jobs")).isEqualTo(2);
    }

    @Test
    void storesNothingOfASubmissionThatTheDatabaseRejects() {
        Map<String, Object> wrong = Queries.submission("ann", keyed("key-1", "hash-1"));
        wrong.put("durationSec", 0);
        assertThatThrownBy(() -> queries.rows("submit-job", wrong)).hasStackTraceContaining("positive_number_check");
        for (String table : List.of("jobs", "job_states", "outbox", "idempotency_keys")) {
            assertThat(queries.count(table)).as(table).isZero();
        }
    }

    private void assertOneJob() {
        for (String table : List.of("jobs", "job_states", "outbox", "idempotency_keys")) {
            assertThat(queries.count(table)).as(table).isOne();
        }
    }

    private static Map<String, Object> keyed(String key, String hash) {
        return Map.of("idempotencyKey", key, "requestHash", hash);
    }

    private Map<String, Object> submit(String userId, Map<String, Object> others) {
        return queries.row("submit-job", Queries.submission(userId, others));
    }
}
