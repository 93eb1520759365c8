package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job whose pipeline is full in the worker that received its message, against a real PostgreSQL. */
class DeferJobTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void returnsAPublishedJobToTheOutboxForAPause() {
        String job = queries.submit("ann");
        publish(job);
        assertThat(queries.count("jobs WHERE published_at IS NOT NULL")).isOne();

        assertThat(defer(job)).hasSize(1);

        assertThat(queries.count("jobs WHERE published_at IS NOT NULL")).isZero();
        assertThat(queries.count("outbox WHERE leased_until > now() + interval '1 s'"))
                .isOne();
        assertThat(queries.job("attempt", job)).isEqualTo("0");
        assertThat(queries.history(job)).containsExactly("QUEUED");
        // A second copy of its message changes nothing.
        assertThat(defer(job)).isEmpty();
        assertThat(queries.count("outbox")).isOne();
    }

    @Test
    void leavesAJobWhosePublicationIsNotConfirmedYet() {
        String job = queries.submit("ann");
        assertThat(defer(job)).isEmpty();
        assertThat(queries.count("outbox WHERE leased_until IS NULL")).isOne();
    }

    @Test
    void leavesAJobThatAnotherWorkerClaimed() {
        String job = queries.submit("ann");
        publish(job);
        queries.claim(job, "worker-1");
        assertThat(defer(job)).isEmpty();
        assertThat(queries.count("outbox")).isZero();
    }

    private void publish(String job) {
        Object id = queries.jdbc()
                .queryForObject("SELECT id FROM outbox WHERE job_id = cast(? AS uuid)", Object.class, job);
        queries.rows("confirm-published", Map.of("publishedIds", "{" + id + "}"));
    }

    private List<Map<String, Object>> defer(String job) {
        return queries.rows("defer-job", Map.of("jobId", job, "pauseSec", 2));
    }
}
