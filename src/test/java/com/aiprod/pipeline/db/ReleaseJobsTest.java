package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** release-jobs.sql against a real PostgreSQL. */
class ReleaseJobsTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void releasesTheWorkersOwnJobsWithoutCountingTheAttempt() {
        String own = queries.submit("ann");
        String others = queries.submit("ann");
        int attempt = queries.claim(own, "worker-1");
        queries.claim(others, "worker-2");

        assertThat(release("worker_stopped", false, attempt, own, others))
                .extracting(row -> row.get("job_id"))
                .containsExactly(own);

        assertThat(queries.history(own)).containsExactly("QUEUED", "PROCESSING", "QUEUED");
        assertThat(queries.job("attempt - series_start", own)).isEqualTo("0");
        assertThat(queries.job("worker_id", own)).isNull();
        assertThat(queries.count("outbox WHERE job_id = '" + own + "'")).isOne();
        assertThat(queries.count("job_states WHERE metadata ->> 'reason' = 'worker_stopped'"))
                .isOne();
        assertThat(queries.job("state", others)).isEqualTo("PROCESSING");
        assertThat(release("worker_stopped", false, attempt, own)).isEmpty();
    }

    @Test
    void machineFaultsNeverCountAsAttempts() {
        String job = queries.submit("ann");
        for (int i = 1; i <= 20; i++) {
            assertThat(meetFault(job, false)).hasSize(1);
        }
        assertThat(queries.job("attempt - series_start", job)).isEqualTo("0");
    }

    @Test
    void releasesASuspectJobThreeTimesInASeries() {
        String job = queries.submit("ann");
        IntStream.rangeClosed(1, 3)
                .forEach(i -> assertThat(meetFault(job, true)).hasSize(1));
        assertThat(meetFault(job, true)).isEmpty();
        assertThat(queries.job("state", job)).isEqualTo("PROCESSING");
        assertThat(queries.job("attempt - series_start", job)).isEqualTo("1");

        // A redrive starts a new series.
        queries.jdbc().update("UPDATE jobs SET state = 'QUEUED', worker_id = NULL, lease_expires_at = NULL");
        queries.jdbc()
                .update("INSERT INTO job_states (job_id, state, metadata)"
                        + " SELECT id, 'QUEUED', '{\"reason\": \"redrive\"}' FROM jobs");
        assertThat(meetFault(job, true)).hasSize(1);
    }

    private List<Map<String, Object>> meetFault(String job, boolean suspect) {
        int attempt = queries.claim(job, "worker-1");
        return release("worker_fault", suspect, attempt, job);
    }

    private List<Map<String, Object>> release(String reason, boolean suspect, int attempt, String... jobs) {
        String running = IntStream.range(0, jobs.length)
                .mapToObj(i -> "{\"job_id\": \"%s\", \"attempt\": %d}".formatted(jobs[i], attempt))
                .toList()
                .toString();
        return queries.rows(
                "release-jobs",
                Map.of("running", running, "workerId", "worker-1", "releaseReason", reason, "suspect", suspect));
    }
}
