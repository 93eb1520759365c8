package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows without a job are purged separately: purge-letters, purge-quotas, and purge-secrets on a real PostgreSQL. */
class PurgeLeftoversTest {

    private static final Map<String, Object> A_MONTH =
            Map.of("letterSec", 30L * 86_400, "secretSec", 30L * 86_400, "batchSize", "2");

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("DELETE FROM quotas");
        queries.jdbc().update("DELETE FROM webhook_secrets");
    }

    @Test
    void deletesOldDeadLettersWithoutAJobOnly() {
        for (int n = 0; n < 3; n++) {
            letter("old-" + n, null, "31 days");
        }
        letter("new", null, "29 days");
        letter("of-a-job", queries.submit("ann"), "31 days");

        assertThat(queries.rows("purge-letters", A_MONTH)).hasSize(2);
        assertThat(queries.rows("purge-letters", A_MONTH)).hasSize(1);
        assertThat(queries.rows("purge-letters", A_MONTH)).isEmpty();
        assertThat(queries.jdbc().queryForList("SELECT message_id FROM dead_letters", String.class))
                .containsExactlyInAnyOrder("new", "of-a-job");
    }

    @Test
    void deletesTheQuotasOfInactiveUsers() {
        Map<String, Object> limits = Map.of("maxActiveJobs", 10, "submitRate", 10);
        queries.submit("ann", limits);
        queries.submit("bob", limits);
        queries.jdbc().update("UPDATE quotas SET window_start = now() - interval '25 hours' WHERE user_id = 'bob'");

        assertThat(queries.rows("purge-quotas", Map.of("batchSize", "10"))).containsExactly(Map.of("user_id", "bob"));
        assertThat(queries.row("submit-job", Queries.submission("bob", limits)))
                .containsEntry("outcome", "created")
                .containsEntry("submissions_left", 9);
    }

    @Test
    void recreatesAQuotaDeletedDuringASubmission() throws Exception {
        Map<String, Object> limits = Map.of("maxActiveJobs", 100, "submitRate", 100);
        for (int round = 0; round < 20; round++) {
            queries.jdbc()
                    .update("INSERT INTO quotas (user_id) VALUES ('cid') ON CONFLICT (user_id) DO UPDATE SET"
                            + " window_start = '-infinity', submissions = 0");
            AtomicInteger turn = new AtomicInteger();
            List<Object> outcomes = Queries.race(
                    4,
                    () -> turn.getAndIncrement() == 0
                            ? queries.rows("purge-quotas", Map.of("batchSize", "10"))
                                    .size()
                            : queries.row("submit-job", Queries.submission("cid", limits))
                                    .get("outcome"));
            assertThat(outcomes).filteredOn("created"::equals).hasSize(3);
            assertThat(queries.jdbc()
                            .queryForObject("SELECT submissions FROM quotas WHERE user_id = 'cid'", Integer.class))
                    .isEqualTo(3);
        }
    }

    @Test
    void deletesUnusedSecrets() {
        Map<String, Object> call = Map.of("callbackUrl", "https://example.com/hook");
        queries.row("cancel-job", Map.of("jobId", queries.submit("ann", call), "userId", "ann"));
        queries.row("read-webhook-secret", Map.of("userId", "bob"));
        queries.row("read-webhook-secret", Map.of("userId", "cid"));
        queries.row("read-webhook-secret", Map.of("userId", "dan"));
        queries.row("read-webhook-secret", Map.of("userId", "eve"));
        queries.jdbc().update("UPDATE webhook_secrets SET used_at = now() - interval '31 days'");
        // Each of these uses the secret.
        queries.submit("bob", call);
        queries.row("read-webhook-secret", Map.of("userId", "cid"));
        queries.row("rotate-webhook-secret", Map.of("userId", "dan"));

        assertThat(queries.rows("purge-secrets", A_MONTH)).containsExactly(Map.of("user_id", "eve"));
        assertThat(queries.rows("purge-secrets", A_MONTH)).isEmpty();
        assertThat(queries.count("webhook_secrets")).isEqualTo(4);
    }

    @Test
    void writesASecretsLastUseOnceADay() {
        Map<String, Object> call = Map.of("callbackUrl", "https://example.com/hook");
        queries.submit("ann", call);
        String before = version();
        queries.submit("ann", call);
        assertThat(version()).isEqualTo(before);
        queries.jdbc().update("UPDATE webhook_secrets SET used_at = now() - interval '25 hours'");
        queries.submit("ann", call);
        assertThat(queries.count("webhook_secrets WHERE used_at > now() - interval '1 minute'"))
                .isOne();
    }

    private String version() {
        return queries.jdbc().queryForObject("SELECT xmin::text FROM webhook_secrets", String.class);
    }

    private void letter(String messageId, String jobId, String age) {
        queries.jdbc()
                .update(
                        "INSERT INTO dead_letters (job_id, message_id, error_code, reason, error, attempts, metadata,"
                                + " created_at) VALUES (?::uuid, ?, 'POISON_MESSAGE', 'r', 'e', 1, '{}', now() - ?::interval)",
                        jobId,
                        messageId,
                        age);
    }
}
