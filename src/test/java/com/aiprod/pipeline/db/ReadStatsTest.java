package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** read-stats.sql against a real PostgreSQL. */
class ReadStatsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void isZeroInAnEmptySystem() throws Exception {
        assertThat(stats()).isEqualTo(JSON.readTree("""
                                {"jobs": {"QUEUED": 0, "PROCESSING": 0, "COMPLETED": 0, "FAILED": 0, "CANCELLED": 0},
                                 "ended_jobs_estimated": false, "oldest_queued_age_sec": null, "outbox_depth": 0, "dead_letters": {}}
                                """));
    }

    @Test
    void countsJobsAndDeadLetters() throws Exception {
        queries.submit("ann");
        queries.submit("bob");
        queries.claim(queries.submit("ann"), "worker-1");
        String completed = queries.submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        String failed = queries.submit("ann");
        queries.fail(failed, queries.claim(failed, "worker-1"), "VIDEO_WRONG");
        queries.row("cancel-job", Map.of("jobId", queries.submit("ann"), "userId", "ann"));
        queries.jdbc().update("UPDATE outbox SET created_at = now() - interval '90 s' WHERE user_id = 'bob'");
        // An old job that was queued again just now, as after a redrive.
        queries.jdbc().update("UPDATE jobs SET created_at = now() - interval '9 days'");
        queries.jdbc()
                .update("INSERT INTO dead_letters (message_id, error_code, reason, error, attempts, metadata,"
                        + " redriven_at, redriven_by, discarded_at, discarded_by) VALUES"
                        + " ('1', 'B', 'r', 'e', 1, '{}', NULL, NULL, NULL, NULL),"
                        + " ('2', 'A', 'r', 'e', 1, '{}', NULL, NULL, NULL, NULL),"
                        + " ('3', 'A', 'r', 'e', 1, '{}', NULL, NULL, NULL, NULL),"
                        + " ('4', 'C', 'r', 'e', 1, '{}', now(), 'op', NULL, NULL),"
                        + " ('5', 'C', 'r', 'e', 1, '{}', NULL, NULL, now(), 'op')");
        queries.jdbc()
                .update(
                        "INSERT INTO dead_letters (message_id, error_code, reason, error, attempts, metadata, settled_at,"
                                + " settled_why) VALUES ('6', 'C', 'r', 'e', 1, '{}', now(), 'Its job is COMPLETED.')");

        JsonNode stats = stats();

        assertThat(stats.path("jobs"))
                .isEqualTo(JSON.readTree(
                        "{\"QUEUED\": 2, \"PROCESSING\": 1, \"COMPLETED\": 1, \"FAILED\": 1, \"CANCELLED\": 1}"));
        assertThat(stats.path("oldest_queued_age_sec").asDouble()).isBetween(90.0, 120.0);
        // A job that was claimed or cancelled needs no message.
        assertThat(stats.path("outbox_depth").asInt()).isEqualTo(2);
        assertThat(stats.path("dead_letters")).isEqualTo(JSON.readTree("{\"A\": 2, \"B\": 1, \"VIDEO_WRONG\": 1}"));
        assertThat(stats.path("jobs").fieldNames())
                .toIterable()
                .containsExactly("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED");
    }

    @Test
    void readsIndexesOfJobsOnly() throws Exception {
        end(20_000);
        JsonNode whole = JSON.readTree(queries.jdbc().execute(ReadStatsTest::explain));
        assertThat(whole.findParents("Relation Name"))
                .filteredOn(scan -> "jobs".equals(scan.path("Relation Name").asText()))
                .hasSize(2)
                .allSatisfy(scan -> assertThat(scan.path("Node Type").asText()).isEqualTo("Index Only Scan"));
        assertThat(whole.findValuesAsText("Index Name")).contains("jobs_by_end", "jobs_running");
    }

    @Test
    void estimatesTheCountOfManyEndedJobs() throws Exception {
        end(12_000);
        long few = blocks();
        end(24_000);
        JsonNode stats = stats();
        assertThat(stats.path("ended_jobs_estimated").asBoolean()).isTrue();
        for (String state : new String[] {"COMPLETED", "FAILED", "CANCELLED"}) {
            assertThat(stats.path("jobs").path(state).asInt()).as(state).isBetween(10_000, 14_000);
        }
        assertThat(stats.path("jobs").path("QUEUED").asInt()).isZero();
        assertThat(blocks()).isLessThan(few + few / 4);
    }

    private void end(int jobs) {
        queries.jdbc().update("""
                        INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, completed_at)
                        SELECT gen_random_uuid(), 'ann', repeat('A video ', 100), 'quick_social', 'low', 'en', 10,
                               CASE n % 3 WHEN 0 THEN 'COMPLETED' WHEN 1 THEN 'FAILED' ELSE 'CANCELLED' END::job_state,
                               now()
                        FROM generate_series(1, ?) AS n
                        """, jobs);
        queries.jdbc().execute("ANALYZE jobs");
    }

    /** Returns the number of blocks that the statement reads. */
    private long blocks() throws Exception {
        JsonNode plan = JSON.readTree(queries.jdbc()
                        .queryForObject(
                                "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + Queries.text("read-stats"), String.class))
                .at("/0/Plan");
        return plan.path("Shared Hit Blocks").asLong()
                + plan.path("Shared Read Blocks").asLong();
    }

    /**
     * Returns a plan that prefers indexes. Whether that is the cheaper plan depends on how much of the table VACUUM
     * could mark as all-visible, which depends on other transactions in the server.
     */
    private static String explain(Statement statement) throws SQLException {
        statement.execute("SET enable_seqscan = off");
        try (ResultSet plan = statement.executeQuery("EXPLAIN (FORMAT JSON) " + Queries.text("read-stats"))) {
            plan.next();
            return plan.getString(1);
        } finally {
            statement.execute("RESET enable_seqscan");
        }
    }

    private JsonNode stats() throws Exception {
        return JSON.readTree((String) queries.row("read-stats", Map.of()).get("stats"));
    }
}
