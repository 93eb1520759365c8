package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** The per-user limits of submit-job.sql, against a real PostgreSQL. */
class FairUseTest {

    private static final List<String> TABLES = List.of("jobs", "job_states", "outbox", "idempotency_keys");

    private static final String READS =
            "SELECT coalesce(max(seq_scan), 0) AS seq_scan, coalesce(max(idx_tup_fetch), 0) AS idx_tup_fetch"
                    + " FROM pg_stat_xact_user_tables WHERE relname = 'jobs'";

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("DELETE FROM quotas");
    }

    @Test
    void limitsTheSubmissionsInAMinuteAndReportsTheRest() {
        for (int left = 2; left >= 0; left--) {
            Map<String, Object> row = submit("ann", 0, 3);
            assertThat(row).containsEntry("outcome", "created").containsEntry("submissions_left", left);
            assertThat(row.get("active_left")).isNull();
            assertThat((Integer) row.get("reset_sec")).isBetween(55, 60);
        }
        Map<String, Object> refused = submit("ann", 0, 3);
        assertThat(refused)
                .containsEntry("outcome", "too-fast")
                .containsEntry("job_id", null)
                .containsEntry("submissions_left", 0);
        assertThat((Integer) refused.get("reset_sec")).isBetween(55, 60);
        assertThat(submit("bob", 0, 3)).containsEntry("outcome", "created");
    }

    @Test
    void acceptsMoreInTheNextMinute() {
        submit("ann", 0, 1);
        queries.jdbc().update("UPDATE quotas SET window_start = window_start - interval '50 s'");
        Map<String, Object> refused = submit("ann", 0, 1);
        assertThat(refused).containsEntry("outcome", "too-fast");
        assertThat((Integer) refused.get("reset_sec")).isBetween(5, 10);
        queries.jdbc().update("UPDATE quotas SET window_start = window_start - interval '10 s'");
        assertThat(submit("ann", 0, 1)).containsEntry("outcome", "created");
        assertThat(submit("ann", 0, 1)).containsEntry("outcome", "too-fast");
    }

    @Test
    void acceptsMoreAfterTheClockWentBack() {
        submit("ann", 0, 1);
        queries.jdbc().update("UPDATE quotas SET window_start = now() + interval '1 hour'");
        assertThat(submit("ann", 0, 1)).containsEntry("outcome", "created");
    }

    @Test
    void limitsTheActiveJobs() {
        String waits = (String) submit("ann", 3, 0).get("job_id");
        String runs = (String) submit("ann", 3, 0).get("job_id");
        int attempt = queries.claim(runs, "worker-1");
        assertThat(submit("ann", 3, 0))
                .containsEntry("outcome", "created")
                .containsEntry("active_left", 0)
                .containsEntry("submissions_left", null);
        assertThat(submit("ann", 3, 0)).containsEntry("outcome", "too-many-active");
        assertThat(submit("bob", 3, 0)).containsEntry("outcome", "created");

        queries.succeed(runs, attempt, "{}");
        assertThat(submit("ann", 3, 0)).containsEntry("outcome", "created").containsEntry("active_left", 0);
        queries.row("cancel-job", Map.of("jobId", waits, "userId", "ann"));
        assertThat(submit("ann", 3, 0)).containsEntry("outcome", "created");
        assertThat(submit("ann", 3, 0)).containsEntry("outcome", "too-many-active");
    }

    @ParameterizedTest
    @CsvSource({"0, 0", ","})
    void acceptsAllWithoutLimits(Integer maxActive, Integer rate) {
        for (int i = 0; i < 3; i++) {
            assertThat(submit("ann", maxActive, rate))
                    .containsEntry("outcome", "created")
                    .containsEntry("active_left", null)
                    .containsEntry("submissions_left", null);
        }
        assertThat(queries.count("quotas")).isZero();
    }

    @Test
    void storesNothingOfARejectedSubmission() {
        submit("ann", 1, 5, "key-1");
        assertThat(submit("ann", 1, 5, "key-2")).containsEntry("outcome", "too-many-active");
        assertThat(submit("ann", 0, 1, "key-2")).containsEntry("outcome", "too-fast");
        for (String table : TABLES) {
            assertThat(queries.count(table)).as(table).isOne();
        }
        assertThat(queries.jdbc().queryForObject("SELECT submissions FROM quotas", Integer.class))
                .isOne();
        // So the key is still unused.
        assertThat(submit("ann", 2, 5, "key-2")).containsEntry("outcome", "created");
    }

    @Test
    void replaysRegardlessOfTheLimitsWithoutCounting() {
        submit("ann", 1, 1, "key-1");
        assertThat(submit("ann", 1, 1, "key-1"))
                .containsEntry("outcome", "replayed")
                .containsEntry("active_left", 0)
                .containsEntry("submissions_left", 0);
        Map<String, Object> other =
                Queries.submission("ann", Map.of("idempotencyKey", "key-1", "requestHash", "other"));
        other.put("submitRate", 1);
        assertThat(queries.row("submit-job", other)).containsEntry("outcome", "conflict");
        assertThat(queries.jdbc().queryForObject("SELECT submissions FROM quotas", Integer.class))
                .isOne();
    }

    @Test
    void countsASubmissionWithAnExpiredKey() {
        submit("ann", 0, 1, "key-1");
        queries.jdbc()
                .update("UPDATE idempotency_keys SET created_at = now() - interval '25 hours', expires_at = now()");
        assertThat(submit("ann", 0, 1, "key-1")).containsEntry("outcome", "too-fast");
        assertThat(submit("ann", 0, 2, "key-1")).containsEntry("outcome", "created");
    }

    @ParameterizedTest
    @CsvSource({"7, 0, too-many-active", "0, 7, too-fast", "7, 7, too-many-active"})
    void holdsTheLimitsForConcurrentSubmissions(int maxActive, int rate, String refusal) throws Exception {
        // First for a new user, then for a known one.
        for (int round = 1; round <= 2; round++) {
            List<Object> outcomes =
                    Queries.race(20, () -> submit("ann", maxActive, rate).get("outcome"));
            assertThat(Collections.frequency(outcomes, "created")).isEqualTo(7);
            assertThat(Collections.frequency(outcomes, refusal)).isEqualTo(13);
            assertThat(queries.count("jobs")).isEqualTo(7);
            queries.jdbc().update("DELETE FROM jobs");
            queries.jdbc().update("UPDATE quotas SET window_start = window_start - interval '1 minute'");
        }
    }

    @Test
    void countsConcurrentRepeatsOnce() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        List<Object> outcomes = Queries.race(
                20,
                () -> submit("ann", 2, 2, "key-" + calls.getAndIncrement() % 2).get("outcome"));
        assertThat(Collections.frequency(outcomes, "created")).isEqualTo(2);
        assertThat(Collections.frequency(outcomes, "replayed")).isEqualTo(18);
    }

    @Test
    void readsActiveJobsOnly() {
        queries.jdbc().update("""
                        INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, completed_at)
                        SELECT gen_random_uuid(), 'ann', 'A video', 'quick_social', 'low', 'en', 10,
                               (CASE WHEN n <= 50 THEN 'QUEUED' ELSE 'COMPLETED' END)::job_state,
                               CASE WHEN n > 50 THEN now() END
                        FROM generate_series(1, 20000) AS n
                        """);
        // The plan is made while the statistics say that the table is empty, as after the first start.
        JdbcTemplate jdbc = queries.jdbc();
        new TransactionTemplate(new DataSourceTransactionManager(jdbc.getDataSource())).executeWithoutResult(status -> {
            // Earlier work of the connection may not be flushed to the statistics yet and would be in these numbers.
            Map<String, Object> before = jdbc.queryForMap(READS);
            assertThat(jdbc.queryForMap("SELECT * FROM admit_submission('ann', NULL, 40, 600)"))
                    .containsEntry("verdict", "too-many-active");
            Map<String, Object> after = jdbc.queryForMap(READS);
            assertThat((Long) after.get("seq_scan") - (Long) before.get("seq_scan"))
                    .isZero();
            assertThat((Long) after.get("idx_tup_fetch") - (Long) before.get("idx_tup_fetch"))
                    .isEqualTo(40);
        });
    }

    private Map<String, Object> submit(String userId, Integer maxActive, Integer rate) {
        return submit(userId, maxActive, rate, null);
    }

    private Map<String, Object> submit(String userId, Integer maxActive, Integer rate, String key) {
        Map<String, Object> submission = Queries.submission(userId, Map.of());
        submission.put("maxActiveJobs", maxActive);
        submission.put("submitRate", rate);
        submission.put("idempotencyKey", key);
        return queries.row("submit-job", submission);
    }
}
