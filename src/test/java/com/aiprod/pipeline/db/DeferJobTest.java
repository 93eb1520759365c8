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
        assertThat(queries.count("outbox WHERE published_at IS NOT NULL")).isOne();

        assertThat(defer(job)).isEqualTo("deferred");

        assertThat(queries.count("outbox WHERE published_at IS NOT NULL")).isZero();
        assertThat(queries.count("outbox WHERE leased_until > now() + interval '1 s'"))
                .isOne();
        assertThat(queries.job("attempt", job)).isEqualTo("0");
        assertThat(queries.history(job)).containsExactly("QUEUED");
        // As a second copy of its message does.
        assertThat(defer(job)).isEqualTo("deferred");
        assertThat(queries.count("outbox")).isOne();
    }

    @Test
    void supersedesAPublicationThatIsNotConfirmedYet() {
        String job = queries.submit("ann");
        Object published = outboxId(job);

        assertThat(defer(job)).isEqualTo("deferred");
        queries.rows("confirm-published", Map.of("publishedIds", "{" + published + "}"));

        assertThat(queries.count("outbox WHERE leased_until > now() + interval '1 s'"))
                .isOne();
        assertThat(queries.count("outbox WHERE published_at IS NOT NULL")).isZero();
    }

    @Test
    void keepsNoRoomInFlight() {
        String deferred = queries.submit("ann");
        String waiting = queries.submit("ann");
        assertThat(claimOutbox()).containsExactly(deferred);
        assertThat(claimOutbox()).isEmpty();

        defer(deferred);
        assertThat(claimOutbox()).containsExactly(waiting);

        // After the pause, it is in flight again once it is published.
        queries.jdbc().update("UPDATE outbox SET leased_until = now() - interval '1 s'");
        assertThat(claimOutbox()).containsExactly(deferred);
        assertThat(claimOutbox()).isEmpty();
    }

    @Test
    void leavesAJobThatAnotherWorkerClaimed() {
        String job = queries.submit("ann");
        publish(job);
        queries.claim(job, "worker-1");
        assertThat(defer(job)).isEqualTo("not-waiting");
        assertThat(queries.count("outbox")).isZero();
    }

    @Test
    void leavesACancelledJob() {
        String job = queries.submit("ann");
        publish(job);
        queries.rows("cancel-job", Map.of("jobId", job, "userId", "ann"));
        assertThat(defer(job)).isEqualTo("not-waiting");
        assertThat(queries.count("outbox")).isZero();
    }

    @Test
    void knowsAJobThatDoesNotExist() {
        assertThat(defer("00000000-0000-7000-8000-000000000000")).isEqualTo("unknown");
    }

    private void publish(String job) {
        queries.rows("confirm-published", Map.of("publishedIds", "{" + outboxId(job) + "}"));
    }

    /** With room for one job. */
    private List<Object> claimOutbox() {
        return queries.rows("claim-outbox", Map.of("minInFlight", 1, "batchSize", 10, "leaseSec", 60)).stream()
                .map(row -> row.get("job_id"))
                .toList();
    }

    private Object outboxId(String job) {
        return queries.jdbc().queryForObject("SELECT id FROM outbox WHERE job_id = cast(? AS uuid)", Object.class, job);
    }

    private Object defer(String job) {
        return queries.rows("defer-job", Map.of("jobId", job, "pauseSec", 2))
                .get(0)
                .get("outcome");
    }
}
