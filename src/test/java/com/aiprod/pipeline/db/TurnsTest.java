package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The order in which claim-outbox.sql serves users, against a real PostgreSQL. */
class TurnsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("UPDATE dispatch_turn SET last_user = ''");
    }

    @Test
    void usersTakeTurns() {
        submit("ann", 5);
        submit("bob", 1);
        submit("eve", 3);
        assertThat(owners(claim(9))).containsExactly("ann", "bob", "eve", "ann", "eve", "ann", "eve", "ann", "ann");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void continuesAfterTheUserServedLast(int batch) {
        submit("ann", 4);
        submit("bob", 4);
        submit("eve", 4);
        List<String> served = new ArrayList<>();
        while (served.size() < 12) {
            List<String> next = owners(claim(batch));
            assertThat(next).isNotEmpty();
            served.addAll(next);
        }
        for (int i = 0; i < 12; i++) {
            assertThat(served.get(i)).isEqualTo(List.of("ann", "bob", "eve").get(i % 3));
        }
    }

    @Test
    void ordersAUsersJobsByPriorityThenAge() {
        List<String> ann =
                List.of(submit("ann", "low"), submit("ann", "high"), submit("ann", "normal"), submit("ann", "high"));
        List<String> bob = List.of(submit("bob", "low"), submit("bob", "low"));
        assertThat(jobs(claim(6)))
                .containsExactly(ann.get(1), bob.get(0), ann.get(3), bob.get(1), ann.get(2), ann.get(0));
    }

    @Test
    void otherUsersWaitForOneJobOfANoisyUser() {
        fill("noisy", 2_000, 1);
        claim(7);
        String job = queries.submit("zoe", Map.of("priority", "low"));
        assertThat(jobs(claim(2))).contains(job);
        String next = queries.submit("ann");
        assertThat(jobs(claim(2))).contains(next);
    }

    @Test
    void skipsUsersWithLeasedJobsOnly() {
        submit("ann", 2);
        submit("bob", 2);
        queries.jdbc().update("UPDATE outbox SET leased_until = now() + interval '10 s' WHERE user_id = 'ann'");
        assertThat(owners(claim(4))).containsExactly("bob", "bob");
        queries.jdbc().update("UPDATE outbox SET leased_until = now() - interval '10 s' WHERE user_id = 'ann'");
        assertThat(owners(claim(4))).containsExactly("ann", "ann");
    }

    @Test
    void concurrentDispatchersServeUsersEqually() throws Exception {
        for (String user : List.of("ann", "bob", "eve", "zoe")) {
            fill(user, 100, 1);
        }
        ConcurrentLinkedQueue<String> served = new ConcurrentLinkedQueue<>();
        Instant end = Instant.now().plusSeconds(30);
        Queries.race(6, () -> {
            // A dispatcher that meets another gets nothing, so the number of calls is unknown.
            while (served.size() < 100 && Instant.now().isBefore(end)) {
                served.addAll(jobs(claim(5)));
            }
            return null;
        });
        assertThat(served).doesNotHaveDuplicates().hasSizeBetween(100, 130);
        List<Integer> shares = queries.jdbc()
                .queryForList(
                        "SELECT count(*) FROM outbox WHERE leased_until IS NOT NULL GROUP BY user_id", Integer.class);
        assertThat(shares).hasSize(4);
        // Not 1: a dispatcher that begins before another commits continues from that turn but still sees its rows as
        // free, skips them, and so serves some users less.
        assertThat(shares.stream().mapToInt(it -> it).max().orElseThrow()
                        - shares.stream().mapToInt(it -> it).min().orElseThrow())
                .isLessThanOrEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"20_000, 1", "5_000, 50", "5_000, 5_000"})
    void readsFewRowsOfADeepBacklog(String jobs, String users) throws Exception {
        fill("user", number(jobs), number(users));
        queries.jdbc().update("UPDATE outbox SET leased_until = now() + interval '1 h' WHERE id % 1000 = 0");
        queries.worker("worker-1", 100);
        queries.jdbc().execute("ANALYZE outbox, jobs");
        JsonNode plan = explain();
        assertThat(plan.path("Actual Rows").asInt()).isEqualTo(64);
        List<String> scans = new ArrayList<>();
        // The leased jobs, the users, their jobs, and each taken job again to lock, update, and return it.
        assertThat(rowsRead(plan, scans)).as(String.join("\n", scans)).isLessThan(3_000);
        assertThat(scans).noneMatch(it -> it.startsWith("Seq Scan outbox") || it.startsWith("Seq Scan jobs"));
    }

    private static int number(String text) {
        return Integer.parseInt(text.replace("_", ""));
    }

    private JsonNode explain() throws Exception {
        Map<String, Object> row = queries.sql(
                        "EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text("claim-outbox"),
                        Map.of("minInFlight", "4", "batchSize", "64", "leaseSec", "20"))
                .get(0);
        return JSON.readTree(row.values().iterator().next().toString()).at("/0/Plan");
    }

    private static long rowsRead(JsonNode node, List<String> scans) {
        long rows = 0;
        if (node.has("Relation Name")) {
            rows = node.path("Actual Loops").asLong()
                    * (node.path("Actual Rows").asLong()
                            + node.path("Rows Removed by Filter").asLong());
            scans.add("%s %s %s %d"
                    .formatted(
                            node.path("Node Type").asText(),
                            node.path("Relation Name").asText(),
                            node.path("Index Name").asText(),
                            rows));
        }
        for (JsonNode child : node.path("Plans")) {
            rows += rowsRead(child, scans);
        }
        return rows;
    }

    private void submit(String user, int jobs) {
        for (int i = 0; i < jobs; i++) {
            queries.submit(user);
        }
    }

    private String submit(String user, String priority) {
        return queries.submit(user, Map.of("priority", priority));
    }

    /** Creates queued jobs, spread over the users. */
    private void fill(String name, int jobs, int users) {
        queries.jdbc().update("""
                        WITH job AS (
                            INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)
                            SELECT gen_random_uuid(), ? || CASE WHEN ? > 1 THEN '-' || n % ? ELSE '' END, 'A video',
                                   'quick_social', 'low', 'en', 10
                            FROM generate_series(1, ?) AS n
                            RETURNING id, user_id, priority
                        )
                        INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job
                        """, name, users, users, jobs);
    }

    private List<Map<String, Object>> claim(int batchSize) {
        return queries.rows("claim-outbox", Map.of("minInFlight", 1000, "batchSize", batchSize, "leaseSec", 20));
    }

    private List<String> owners(List<Map<String, Object>> rows) {
        return jobs(rows).stream().map(job -> queries.job("user_id", job)).toList();
    }

    private static List<String> jobs(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (String) row.get("job_id")).toList();
    }
}
