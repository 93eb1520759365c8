package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Webhook deliveries of a job's end, against a real PostgreSQL. */
class DeliveriesTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("DELETE FROM webhook_secrets");
        queries.jdbc().update("DELETE FROM webhook_receivers");
    }

    @Test
    void createsADeliveryForEachEnd() {
        String completed = submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        String failed = submit("ann");
        queries.fail(failed, queries.claim(failed, "worker-1"), "RENDER_FAILED");
        String cancelled = submit("ann");
        queries.row("cancel-job", Map.of("jobId", cancelled, "userId", "ann"));
        String stopped = submit("ann");
        queries.claim(stopped, "worker-1");
        queries.row("cancel-job", Map.of("jobId", stopped, "userId", "ann"));
        String lost = submit("ann");
        queries.claim(lost, "worker-1");
        queries.jdbc()
                .update(
                        "UPDATE jobs SET max_attempts = 1, lease_expires_at = now() - interval '1 s' WHERE id = ?::uuid",
                        lost);
        queries.rows("rescue-jobs", Map.of("batchSize", 10));
        submit("ann");
        queries.claim(submit("ann"), "worker-1");

        assertThat(queries.jdbc().queryForList("SELECT type || ' ' || job_id FROM deliveries", String.class))
                .containsExactlyInAnyOrder(
                        "job.completed " + completed,
                        "job.failed " + failed,
                        "job.cancelled " + cancelled,
                        "job.cancelled " + stopped,
                        "job.failed " + lost);
        assertThat(queries.count("deliveries JOIN jobs ON jobs.id = job_id"
                        + " WHERE body::json ->> 'timestamp' = iso8601(completed_at) AND deliveries.user_id = 'ann'"
                        + " AND url = callback_url AND body::json ->> 'type' = type"))
                .isEqualTo(5);
    }

    @Test
    void createsNoDeliveryWithoutACallback() {
        String job = queries.submit("ann");
        queries.succeed(job, queries.claim(job, "worker-1"), "{}");
        assertThat(queries.count("deliveries")).isZero();
        assertThat(queries.count("webhook_secrets")).isZero();
    }

    @Test
    void createsOneDeliveryForEachEnd() {
        String job = submit("ann");
        int attempt = queries.claim(job, "worker-1");
        queries.fail(job, attempt, "RENDER_FAILED");
        queries.fail(job, attempt, "RENDER_FAILED");
        assertThat(queries.count("deliveries")).isOne();
        queries.row(
                "record-dead-letter",
                Queries.variables(
                        "jobId",
                        job,
                        "attempt",
                        attempt,
                        "messageId",
                        "m",
                        "errorCode",
                        "RENDER_FAILED",
                        "reason",
                        "r",
                        "error",
                        "e",
                        "attempts",
                        1,
                        "route",
                        "video",
                        "metadata",
                        "{}"));
        queries.rows(
                "redrive-dead-letters",
                Queries.variables("letterId", null, "errorCode", "RENDER_FAILED", "limit", 1, "userId", "op"));
        queries.succeed(job, queries.claim(job, "worker-1"), "{}");
        assertThat(queries.jdbc().queryForList("SELECT type FROM deliveries ORDER BY id", String.class))
                .containsExactly("job.failed", "job.completed");
    }

    @Test
    void triesElevenTimesInADayWithGrowingPauses() {
        String delivery = endedDelivery();
        List<Double> pauses = new ArrayList<>();
        String status = "pending";
        while (status.equals("pending")) {
            Map<String, Object> row = next();
            assertThat(row).containsEntry("delivery_id", delivery).containsEntry("attempts", pauses.size() + 1);
            assertThat(claim()).isEmpty();
            status = record(row, false, 404);
            if (status.equals("pending")) {
                pauses.add(queries.jdbc()
                        .queryForObject(
                                "SELECT extract(epoch FROM next_attempt_at - last_attempt_at)::float8 FROM deliveries",
                                Double.class));
                due();
            }
        }
        assertThat(status).isEqualTo("failed");
        assertThat(pauses).hasSize(10);
        assertThat(pauses.get(0)).isBetween(4.0, 6.0);
        for (int i = 2; i < 9; i++) {
            assertThat(pauses.get(i)).isGreaterThan(pauses.get(i - 1));
        }
        assertThat(pauses.stream().mapToDouble(it -> it).sum()).isBetween(20 * 3600.0, 24 * 3600.0);
        assertThat(claim()).isEmpty();
    }

    @Test
    void reclaimsADeliveryFromALostSenderAndIgnoresItsResult() {
        endedDelivery();
        Map<String, Object> lost = next();
        due();
        Map<String, Object> next = next();
        assertThat(record(lost, false, 500)).isNull();
        assertThat(record(next, true, 204)).isEqualTo("delivered");
        assertThat(record(next, false, 500)).isNull();
        assertThat(queries.count("deliveries WHERE status = 'delivered' AND last_response_status = 204"))
                .isOne();
    }

    @Test
    void eachDeliveryGoesToOneOfManySenders() throws Exception {
        for (int i = 0; i < 40; i++) {
            endedDelivery();
        }
        knownToWork("ann");
        List<List<Map<String, Object>>> taken = Queries.race(8, this::claim);
        taken.add(claim());
        assertThat(taken.stream().flatMap(List::stream).map(row -> row.get("delivery_id")))
                .hasSize(40)
                .doesNotHaveDuplicates();
    }

    @Test
    void redeliversAFinishedDelivery() {
        String delivery = endedDelivery();
        String job = queries.jdbc().queryForObject("SELECT job_id::text FROM deliveries", String.class);
        String told = (String) next().get("body");
        assertThat(record(delivery, 1, true, 200)).isEqualTo("delivered");
        assertThat(claim()).isEmpty();
        assertThat(queries.row("redeliver", Map.of("deliveryId", delivery, "jobId", job)))
                .containsEntry("outcome", "queued");
        Map<String, Object> again = next();
        assertThat(again).containsEntry("attempts", 2).containsEntry("body", told);
        // A redelivery is a new series: its first pause is short again.
        record(again, false, 500);
        assertThat(queries.count("deliveries WHERE next_attempt_at < now() + interval '6 s'"))
                .isOne();
        assertThat(queries.rows("redeliver", Map.of("deliveryId", delivery, "jobId", submit("ann"))))
                .isEmpty();
    }

    @Test
    void redeliversAWaitingDeliveryButNotOneInProgress() {
        String delivery = endedDelivery();
        String job = queries.jdbc().queryForObject("SELECT job_id::text FROM deliveries", String.class);
        Map<String, Object> redelivery = Map.of("deliveryId", delivery, "jobId", job);
        assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "queued");
        for (int attempt = 1; attempt <= 2; attempt++) {
            Map<String, Object> row = next();
            assertThat(row).containsEntry("attempts", attempt);
            assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "sending");
            assertThat(record(row, false, 500)).isEqualTo("pending");
            assertThat(claim()).isEmpty();
            assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "queued");
        }
        // Its sender may be lost.
        next();
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now()");
        assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "queued");
        assertThat(next()).containsEntry("attempts", 4);
    }

    @Test
    void sendsTheStateAtTheEndOfTheJob() throws Exception {
        String job = submit("ann");
        queries.fail(job, queries.claim(job, "worker-1"), "RENDER_FAILED");
        JsonNode asRead = JSON.readTree(
                (String) queries.row("read-job", Map.of("jobId", job)).get("job"));
        queries.rows(
                "redrive-dead-letters",
                Queries.variables("letterId", null, "errorCode", "RENDER_FAILED", "limit", 1, "userId", "op"));
        assertThat(queries.job("state", job)).isEqualTo("QUEUED");

        JsonNode told = JSON.readTree((String) next().get("body"));

        assertThat(told.path("type").asText()).isEqualTo("job.failed");
        assertThat(told.path("data")).isEqualTo(asRead);
        assertThat(told.at("/data/status").asText()).isEqualTo("FAILED");
        assertThat(told.at("/data/result/error_code").asText()).isEqualTo("RENDER_FAILED");
        assertThat(told.at("/data/state_history").findValuesAsText("state"))
                .containsExactly("QUEUED", "PROCESSING", "FAILED");
    }

    @Test
    void signsWithOldSecretsForADayAfterARotation() {
        endedDelivery();
        String first = secret("ann");
        assertThat(first).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(next()).containsEntry("secrets", first);
        rotate(false);
        String second = secret("ann");
        assertThat(second).isNotEqualTo(first);
        due();
        assertThat(next()).containsEntry("secrets", second + " " + first);
        queries.jdbc().update("UPDATE previous_webhook_secrets SET expires_at = now() + interval '1 hour'");
        rotate(false);
        String third = secret("ann");
        due();
        assertThat(next()).containsEntry("secrets", third + " " + second + " " + first);
        queries.jdbc().update("UPDATE previous_webhook_secrets SET expires_at = now() WHERE secret = ?", first);
        due();
        assertThat(next()).containsEntry("secrets", third + " " + second);
        assertThat(secret("bob")).isNotIn(first, second);
    }

    @Test
    void rejectsAFifthSecretAndRevokesAllOldOnes() {
        endedDelivery();
        for (int i = 0; i < 4; i++) {
            assertThat(rotate(false)).isNotNull();
        }
        String fifth = secret("ann");
        assertThat(rotate(false)).isNull();
        assertThat(secret("ann")).isEqualTo(fifth);
        assertThat(queries.count("previous_webhook_secrets")).isEqualTo(4);
        queries.jdbc()
                .update("UPDATE previous_webhook_secrets SET expires_at = now() WHERE secret = ("
                        + "SELECT min(secret) FROM previous_webhook_secrets)");
        assertThat(rotate(false)).isNotNull();
        assertThat(queries.count("previous_webhook_secrets")).isEqualTo(4);
        assertThat(rotate(true)).contains("\"previous_secret_expires_at\" : null");
        assertThat(queries.count("previous_webhook_secrets")).isZero();
        assertThat(next()).containsEntry("secrets", secret("ann"));
    }

    @Test
    void readingASecretWritesNothing() throws Exception {
        String secret = secret("ann");
        String version = queries.jdbc().queryForObject("SELECT xmin || ':' || ctid FROM webhook_secrets", String.class);
        assertThat(secret("ann")).isEqualTo(secret);
        assertThat(queries.jdbc().queryForObject("SELECT xmin || ':' || ctid FROM webhook_secrets", String.class))
                .isEqualTo(version);
        assertThat(Queries.race(
                        8,
                        () -> queries.row("read-webhook-secret", Map.of("userId", "bob"))
                                .get("document")))
                .containsOnly(queries.row("read-webhook-secret", Map.of("userId", "bob"))
                        .get("document"));
    }

    @Test
    void signsAfterTheSecretWasDeleted() {
        String job = submit("ann");
        queries.jdbc().update("DELETE FROM webhook_secrets");
        queries.row("cancel-job", Map.of("jobId", job, "userId", "ann"));
        assertThat(next()).containsEntry("secrets", secret("ann"));
    }

    private String rotate(boolean revoke) {
        return (String) queries.row("rotate-webhook-secret", Map.of("userId", "ann", "revoke", revoke))
                .get("document");
    }

    private String secret(String userId) {
        queries.row("read-webhook-secret", Map.of("userId", userId));
        return queries.jdbc()
                .queryForObject("SELECT secret FROM webhook_secrets WHERE user_id = ?", String.class, userId);
    }

    /** Returns the delivery of an ended job. */
    private String endedDelivery() {
        String job = submit("ann");
        queries.row("cancel-job", Map.of("jobId", job, "userId", "ann"));
        return queries.jdbc()
                .queryForObject("SELECT id::text FROM deliveries WHERE job_id = ?::uuid", String.class, job);
    }

    private String submit(String userId) {
        return queries.submit(userId, Map.of("callbackUrl", "https://example.com/hook"));
    }

    private String record(Map<String, Object> row, boolean delivered, int status) {
        return record((String) row.get("delivery_id"), (Integer) row.get("attempts"), delivered, status);
    }

    private String record(String delivery, int attempts, boolean delivered, int status) {
        List<Map<String, Object>> recorded = queries.rows(
                "record-delivery",
                Queries.variables(
                        "deliveryId",
                        delivery,
                        "attempts",
                        attempts,
                        "delivered",
                        delivered,
                        "responseStatus",
                        status,
                        "quick",
                        true,
                        "sendError",
                        delivered ? null : "It broke."));
        return recorded.isEmpty() ? null : (String) recorded.get(0).get("status");
    }

    private void knownToWork(String user) {
        queries.jdbc()
                .update(
                        "INSERT INTO webhook_receivers (user_id, receiver, failures, quick) VALUES (?, 'example.com', 0, true)",
                        user);
    }

    private List<Map<String, Object>> claim() {
        return queries.rows(
                "claim-deliveries",
                Map.of(
                        "freeSlots",
                        100,
                        "freeTrialSlots",
                        100,
                        "freeBytes",
                        1_000_000L,
                        "userSlots",
                        100,
                        "hostSlots",
                        100,
                        "trialSlots",
                        100,
                        "leaseSec",
                        60));
    }

    private Map<String, Object> next() {
        List<Map<String, Object>> rows = claim();
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    /** Makes all waiting deliveries due. */
    private void due() {
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now() WHERE status = 'pending'");
        queries.rows("wake-deliveries", Map.of("batchSize", 100));
    }
}
