package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** claim-outbox.sql and confirm-published.sql against a real PostgreSQL. */
class DispatchTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void returnsTheMessageOfTheContract() throws Exception {
        String jobId = queries.submit("ann", Map.of("metadata", "{\"a\": [1, \"ü\"]}"));
        queries.jdbc().update("UPDATE jobs SET traceparent = '00-trace'");
        Map<String, Object> row = claim(10, 10).get(0);
        assertThat(row)
                .containsOnlyKeys("outbox_id", "job_id", "attempt", "traceparent", "user_id", "request_id", "message")
                .containsEntry("job_id", jobId)
                .containsEntry("attempt", 1)
                .containsEntry("traceparent", "00-trace");
        assertThat(JSON.readTree((String) row.get("message"))).isEqualTo(JSON.readTree("""
                                {"job_id": "%s", "user_id": "ann", "content": "A video about the sea",
                                 "preset": "quick_social", "metadata": {"a": [1, "ü"]}}
                                """.formatted(jobId)));
    }

    @Test
    void takesTheHighestPriorityAndThenTheOldestFirst() {
        List<String> submitted = Stream.of("low", "normal", "high", "low", "high", "normal")
                .map(priority -> queries.submit("ann", Map.of("priority", priority)))
                .toList();
        List<String> byTurn = Stream.of(2, 4, 1, 5, 0, 3).map(submitted::get).toList();
        assertThat(jobs(claim(100, 4))).isEqualTo(byTurn.subList(0, 4));
        assertThat(jobs(claim(100, 4))).isEqualTo(byTurn.subList(4, 6));
    }

    @Test
    void skipsRowsLeasedByAnotherDispatcher() {
        String jobId = queries.submit("ann");
        assertThat(jobs(claim(10, 10))).containsExactly(jobId);
        assertThat(claim(10, 10)).isEmpty();
        queries.jdbc().update("UPDATE outbox SET leased_until = now() - interval '1 ms'");
        assertThat(jobs(claim(10, 10))).containsExactly(jobId);
        assertThat(queries.count(
                        "outbox WHERE leased_until BETWEEN now() + interval '15 s' AND now() + interval '20 s'"))
                .isOne();
    }

    @Test
    void limitsTheJobsOnTheirWayWithoutWorkers() {
        for (int i = 0; i < 6; i++) {
            queries.submit("ann");
        }
        List<Map<String, Object>> first = claim(4, 3);
        assertThat(first).hasSize(3);
        // Leased counts ...
        assertThat(claim(4, 3)).hasSize(1);
        assertThat(claim(4, 3)).isEmpty();
        // ... and so does published, ...
        confirm(ids(first));
        assertThat(claim(4, 3)).isEmpty();
        // ... until a worker claims it.
        queries.claim((String) first.get(0).get("job_id"), "worker-1");
        assertThat(claim(4, 3)).hasSize(1);
        assertThat(claim(1, 3)).isEmpty();
    }

    @Test
    void eachJobGoesToOneOfManyDispatchers() throws Exception {
        for (int i = 0; i < 200; i++) {
            queries.submit("ann");
        }
        ConcurrentLinkedQueue<String> taken = new ConcurrentLinkedQueue<>();
        Queries.race(8, () -> {
            List<Map<String, Object>> batch = claim(1000, 7);
            while (!batch.isEmpty()) {
                taken.addAll(jobs(batch));
                batch = claim(1000, 7);
            }
            return null;
        });
        // A dispatcher that met only locked rows got nothing and stopped, so one more round takes the rest.
        taken.addAll(jobs(claim(1000, 200)));
        assertThat(taken).hasSize(200).doesNotHaveDuplicates();
    }

    @Test
    void confirmedJobsAreOnTheirWay() {
        String confirmed = queries.submit("ann");
        String other = queries.submit("ann");
        confirm(ids(claim(10, 10)).subList(0, 1));
        assertThat(queries.outbox("published_at IS NOT NULL", confirmed)).isEqualTo("true");
        assertThat(queries.outbox("published_at IS NOT NULL", other)).isEqualTo("false");
        later("1 h");
        assertThat(jobs(claim(10, 10))).containsExactly(other);
    }

    @Test
    void ignoresAnEmptyOrRepeatedConfirmation() {
        queries.submit("ann");
        List<Object> ids = ids(claim(10, 10));
        confirm(List.of());
        assertThat(queries.count("outbox WHERE published_at IS NULL")).isOne();
        confirm(ids);
        later("1 h");
        confirm(ids);
        assertThat(queries.count("outbox WHERE published_at < now() - interval '1 min'"))
                .isOne();
    }

    @Test
    void aClaimedOrCancelledJobIsNotOnItsWay() {
        String claimed = queries.submit("ann");
        String cancelled = queries.submit("ann");
        List<Object> ids = ids(claim(10, 10));
        queries.claim(claimed, "worker-1");
        queries.row("cancel-job", Map.of("jobId", cancelled, "userId", "ann"));
        confirm(ids);
        assertThat(queries.count("outbox")).isZero();
        assertThat(queries.job("state", claimed)).isEqualTo("PROCESSING");
        assertThat(queries.job("state", cancelled)).isEqualTo("CANCELLED");
    }

    @Test
    void aLateConfirmationLeavesTheNextWaitUnpublished() {
        String job = queries.submit("ann");
        List<Object> ids = ids(claim(10, 10));
        queries.claim(job, "worker-1");
        queries.jdbc().update("UPDATE jobs SET lease_expires_at = now() - interval '1 s'");
        assertThat(queries.rows("rescue-jobs", Map.of("batchSize", "10"))).hasSize(1);
        confirm(ids);
        assertThat(queries.outbox("published_at", job)).isNull();
        assertThat(jobs(claim(10, 10))).containsExactly(job);
    }

    private void later(String time) {
        queries.jdbc()
                .update(
                        "UPDATE outbox SET leased_until = leased_until - cast(? AS interval),"
                                + " published_at = published_at - cast(? AS interval)",
                        time,
                        time);
    }

    private List<Map<String, Object>> claim(int minInFlight, int batchSize) {
        // Strings, like the constants of the route.
        return queries.rows(
                "claim-outbox",
                Map.of(
                        "minInFlight", String.valueOf(minInFlight),
                        "batchSize", String.valueOf(batchSize),
                        "leaseSec", "20"));
    }

    private void confirm(List<Object> outboxIds) {
        String array = outboxIds.stream().map(Object::toString).collect(Collectors.joining(",", "{", "}"));
        queries.rows("confirm-published", Map.of("publishedIds", array));
    }

    private static List<String> jobs(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (String) row.get("job_id")).toList();
    }

    private static List<Object> ids(List<Map<String, Object>> rows) {
        List<Object> ids = new ArrayList<>();
        rows.forEach(row -> ids.add(row.get("outbox_id")));
        return ids;
    }
}
