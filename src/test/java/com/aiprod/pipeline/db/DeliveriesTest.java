package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is to be told of a job's end, against a real PostgreSQL. */
class DeliveriesTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("DELETE FROM webhook_secrets");
    }

    @Test
    void tellsEveryEnd() {
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
                        + " WHERE ended_at = completed_at AND deliveries.user_id = 'ann' AND url = callback_url"))
                .isEqualTo(5);
    }

    @Test
    void tellsNothingWhereNobodyAsked() {
        String job = queries.submit("ann");
        queries.succeed(job, queries.claim(job, "worker-1"), "{}");
        assertThat(queries.count("deliveries")).isZero();
        assertThat(queries.count("webhook_secrets")).isZero();
    }

    @Test
    void tellsAnEndOnceAndTheNextOneAgain() {
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
    void triesElevenTimesWithGrowingPausesWithinADay() {
        String delivery = ended();
        List<Double> pauses = new ArrayList<>();
        String status = "pending";
        while (status.equals("pending")) {
            Map<String, Object> row = queries.row("claim-deliveries", limits());
            assertThat(row).containsEntry("delivery_id", delivery).containsEntry("attempts", pauses.size() + 1);
            assertThat(queries.rows("claim-deliveries", limits())).isEmpty();
            status = record(row, false, 500);
            if (status.equals("pending")) {
                pauses.add(queries.jdbc()
                        .queryForObject(
                                "SELECT extract(epoch FROM next_attempt_at - last_attempt_at)::float8 FROM deliveries",
                                Double.class));
                queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now()");
            }
        }
        assertThat(status).isEqualTo("failed");
        assertThat(pauses).hasSize(10);
        assertThat(pauses.get(0)).isBetween(4.0, 6.0);
        for (int i = 2; i < 9; i++) {
            assertThat(pauses.get(i)).isGreaterThan(pauses.get(i - 1));
        }
        assertThat(pauses.stream().mapToDouble(it -> it).sum()).isBetween(20 * 3600.0, 24 * 3600.0);
        assertThat(queries.rows("claim-deliveries", limits())).isEmpty();
    }

    @Test
    void takesADeliveryAgainFromWhomIsLostAndIgnoresHimLater() {
        ended();
        Map<String, Object> lost = queries.row("claim-deliveries", limits());
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now()");
        Map<String, Object> next = queries.row("claim-deliveries", limits());
        assertThat(record(lost, false, 500)).isNull();
        assertThat(record(next, true, 204)).isEqualTo("delivered");
        assertThat(record(next, false, 500)).isNull();
        assertThat(queries.count("deliveries WHERE status = 'delivered' AND last_response_status = 204"))
                .isOne();
    }

    @Test
    void givesEachToOneOfManySenders() throws Exception {
        for (int i = 0; i < 40; i++) {
            ended();
        }
        List<List<Map<String, Object>>> taken = Queries.race(8, () -> queries.rows("claim-deliveries", limits()));
        assertThat(taken.stream().flatMap(List::stream).map(row -> row.get("delivery_id")))
                .hasSize(40)
                .doesNotHaveDuplicates();
    }

    @Test
    void redeliversWhatHasComeToAnEnd() {
        String delivery = ended();
        String job = queries.jdbc().queryForObject("SELECT job_id::text FROM deliveries", String.class);
        record(queries.row("claim-deliveries", limits()), true, 200);
        assertThat(queries.rows("claim-deliveries", limits())).isEmpty();
        assertThat(queries.row("redeliver", Map.of("deliveryId", delivery, "jobId", job)))
                .containsEntry("outcome", "queued");
        Map<String, Object> again = queries.row("claim-deliveries", limits());
        assertThat(again).containsEntry("attempts", 2).containsEntry("body", "{\"told\": 1}");
        // A series of its own: the first pause is short again.
        record(again, false, 500);
        assertThat(queries.count("deliveries WHERE next_attempt_at < now() + interval '6 s'"))
                .isOne();
        assertThat(queries.rows("redeliver", Map.of("deliveryId", delivery, "jobId", submit("ann"))))
                .isEmpty();
    }

    @Test
    void redeliversAtOnceWhatWaitsButNotWhatIsBeingSent() {
        String delivery = ended();
        String job = queries.jdbc().queryForObject("SELECT job_id::text FROM deliveries", String.class);
        Map<String, Object> redelivery = Map.of("deliveryId", delivery, "jobId", job);
        assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "queued");
        for (int attempt = 1; attempt <= 2; attempt++) {
            Map<String, Object> row = queries.row("claim-deliveries", limits());
            assertThat(row).containsEntry("attempts", attempt);
            assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "sending");
            assertThat(record(row, false, 500)).isEqualTo("pending");
            assertThat(queries.rows("claim-deliveries", limits())).isEmpty();
            assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "queued");
        }
        // Whoever has it may be lost.
        queries.row("claim-deliveries", limits());
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now()");
        assertThat(queries.row("redeliver", redelivery)).containsEntry("outcome", "queued");
        assertThat(queries.row("claim-deliveries", limits())).containsEntry("attempts", 4);
    }

    @Test
    void signsByBothSecretsForADayAfterARotation() throws Exception {
        ended();
        String first = secret("ann");
        assertThat(first).matches("whsec_[A-Za-z0-9+/]{43}=");
        assertThat(queries.row("claim-deliveries", limits()))
                .containsEntry("secret", first)
                .containsEntry("previous_secret", null);
        queries.row("rotate-webhook-secret", Map.of("userId", "ann"));
        String second = secret("ann");
        assertThat(second).isNotEqualTo(first);
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now()");
        assertThat(queries.row("claim-deliveries", limits()))
                .containsEntry("secret", second)
                .containsEntry("previous_secret", first);
        queries.jdbc().update("UPDATE webhook_secrets SET previous_until = now()");
        queries.jdbc().update("UPDATE deliveries SET next_attempt_at = now()");
        assertThat(queries.row("claim-deliveries", limits())).containsEntry("previous_secret", null);
        assertThat(secret("bob")).isNotIn(first, second);
    }

    private String secret(String userId) {
        queries.row("read-webhook-secret", Map.of("userId", userId));
        return queries.jdbc()
                .queryForObject("SELECT secret FROM webhook_secrets WHERE user_id = ?", String.class, userId);
    }

    /** The delivery of a job that has ended. */
    private String ended() {
        String job = submit("ann");
        queries.row("cancel-job", Map.of("jobId", job, "userId", "ann"));
        return queries.jdbc()
                .queryForObject("SELECT id::text FROM deliveries WHERE job_id = ?::uuid", String.class, job);
    }

    private String submit(String userId) {
        return queries.submit(userId, Map.of("callbackUrl", "https://example.com/hook"));
    }

    private String record(Map<String, Object> row, boolean delivered, int status) {
        List<Map<String, Object>> recorded = queries.rows(
                "record-delivery",
                Queries.variables(
                        "deliveryId",
                        row.get("delivery_id"),
                        "attempts",
                        row.get("attempts"),
                        "payload",
                        "{\"told\": " + row.get("attempts") + "}",
                        "delivered",
                        delivered,
                        "responseStatus",
                        status,
                        "sendError",
                        delivered ? null : "It broke."));
        return recorded.isEmpty() ? null : (String) recorded.get(0).get("status");
    }

    private static Map<String, Object> limits() {
        return Map.of("batchSize", 100, "leaseSec", 60);
    }
}
