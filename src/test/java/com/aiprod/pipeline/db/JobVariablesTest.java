package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** store-job-variable.sql, the variables of claim-job.sql, and is-job-cancelled.sql against a real PostgreSQL. */
class JobVariablesTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    private boolean store(String jobId, int attempt, String name, String value) {
        return (Boolean) queries.rows(
                        "store-job-variable",
                        Queries.variables(
                                "jobId", jobId, "attempt", attempt, "variableName", name, "variableValue", value))
                .get(0)
                .get("stored");
    }

    /** Claims the job and returns what it remembers. */
    private Object claim(String jobId) {
        return queries.rows(
                        "claim-job",
                        Queries.variables(
                                "jobId", jobId, "workerId", "w", "leaseSec", "30", "pipeline", null, "revision", null))
                .get(0)
                .get("variables");
    }

    private void requeue(String jobId) {
        queries.jdbc()
                .update("UPDATE jobs SET state = 'QUEUED', worker_id = NULL, lease_expires_at = NULL WHERE id = '"
                        + jobId + "'");
    }

    @Test
    void aLaterAttemptFindsWhatAnEarlierOneStored() {
        String jobId = queries.submit("ann");
        assertThat(claim(jobId)).isNull();
        assertThat(store(jobId, 1, "order", "p-1")).isTrue();
        assertThat(store(jobId, 1, "order", "p-\"2\"")).isTrue();
        assertThat(store(jobId, 1, "gone", "x")).isTrue();
        assertThat(store(jobId, 1, "gone", null)).isTrue();
        assertThat(store(jobId, 1, "never", null)).isTrue();
        requeue(jobId);

        assertThat(claim(jobId)).isEqualTo("{ \"order\" : \"p-\\\"2\\\"\" }");
    }

    @Test
    void onlyTheAttemptThatHasTheJobStores() {
        String jobId = queries.submit("ann");
        assertThat(store(jobId, 0, "order", "waiting")).isFalse();
        claim(jobId);
        store(jobId, 1, "order", "first");
        requeue(jobId);
        assertThat(store(jobId, 1, "order", "requeued")).isFalse();
        claim(jobId);
        assertThat(store(jobId, 1, "order", "late")).isFalse();
        assertThat(store(jobId, 1, "order", null)).isFalse();
        queries.rows("cancel-job", Map.of("jobId", jobId, "userId", "ann"));
        assertThat(store(jobId, 2, "order", "cancelled")).isFalse();

        assertThat(queries.jdbc().queryForList("SELECT value FROM job_variables", String.class))
                .containsExactly("first");
    }

    @Test
    void whatAJobRemembersIsDeletedWithIt() {
        String jobId = queries.submit("ann");
        claim(jobId);
        store(jobId, 1, "order", "p-1");
        queries.jdbc().update("DELETE FROM jobs");
        assertThat(queries.jdbc().queryForObject("SELECT count(*) FROM job_variables", Integer.class))
                .isZero();
    }

    @Test
    void theDatabaseBoundsNamesAndValues() {
        String jobId = queries.submit("ann");
        claim(jobId);
        assertThat(store(jobId, 1, "order", "é".repeat(4096))).isTrue();
        assertThatThrownBy(() -> store(jobId, 1, "order", "é".repeat(4096) + "x"))
                .hasStackTraceContaining("job_variables_value_check");
        assertThatThrownBy(() -> store(jobId, 1, "Order", "x")).hasStackTraceContaining("job_variables_name_check");
    }

    @Test
    void tellsACancelledJobFromOneOfAnotherWorker() {
        String jobId = queries.submit("ann");
        claim(jobId);
        assertThat(cancelled(jobId, 1)).isFalse();
        queries.rows("cancel-job", Map.of("jobId", jobId, "userId", "ann"));
        assertThat(cancelled(jobId, 1)).isTrue();
        assertThat(cancelled(jobId, 2)).isFalse();
    }

    private boolean cancelled(String jobId, int attempt) {
        return (Boolean) queries.rows("is-job-cancelled", Map.of("jobId", jobId, "attempt", attempt))
                .get(0)
                .get("cancelled");
    }
}
