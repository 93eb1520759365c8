package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** read-overview.sql against a real PostgreSQL. */
class ReadOverviewTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void saysNothingOfAnEmptySystem() throws Exception {
        JsonNode overview = overview();
        assertThat(overview.path("oldest_waiting").isNull()).isTrue();
        assertThat(overview.path("stats").path("x").asInt()).isOne();
        assertThat(overview.path("workers")).isEmpty();
        assertThat(overview.path("pipelines")).isEmpty();
        assertThat(overview.path("last_hour").path("spans")).hasSize(30).allSatisfy(span -> {
            assertThat(span.path("completed").asInt()).isZero();
            assertThat(span.path("wait_sec").path("p50").isNull()).isTrue();
        });
        assertThat(overview.path("last_hour").path("wait_sec").path("p95").isNull())
                .isTrue();
    }

    @Test
    void measuresTheLastHour() throws Exception {
        // Ended 10 minutes ago: waited 1 to 100 s, ran for twice as long.
        ended(100, "now() - interval '10 minutes'", "COMPLETED");
        ended(4, "now() - interval '10 minutes'", "FAILED");
        ended(50, "now() - interval '2 hours'", "COMPLETED");
        // A redriven job waited for an operator.
        queries.jdbc().update("UPDATE jobs SET series_start = 1, created_at = '2020-01-01' WHERE state = 'FAILED'");
        JsonNode hour = overview().path("last_hour");
        assertThat(hour.path("spans").findValues("completed").stream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isEqualTo(100);
        assertThat(hour.path("spans").findValues("failed").stream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isEqualTo(4);
        assertThat(hour.path("wait_sec").path("p50").asDouble()).isEqualTo(50);
        assertThat(hour.path("run_sec").path("p50").asDouble()).isEqualTo(100);
        assertThat(hour.path("total_sec").path("p95").asDouble()).isBetween(285.0, 300.0);
        assertThat(hour.path("spans").findValuesAsText("estimated")).containsOnly("false");
    }

    @Test
    void estimatesTheCountOfABusySpan() throws Exception {
        // 3,000 jobs end evenly in 120 s of a whole span.
        queries.jdbc().update("""
                INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, created_at, started_at,
                                  completed_at)
                SELECT gen_random_uuid(), 'ann', 'A video', 'quick_social', 'low', 'en', 10, 'COMPLETED', now(), now(),
                       date_bin('2 minutes', now(), '2000-01-01') - interval '10 minutes' + n * interval '40 ms'
                FROM generate_series(0, 2999) AS n
                """);
        JsonNode spans = overview().path("last_hour").path("spans");
        assertThat(spans).filteredOn(span -> span.path("estimated").asBoolean()).hasSize(1);
        assertThat(spans.findValues("completed").stream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isBetween(2900, 3100);
    }

    @Test
    void showsWorkersWithWhatTheyRun() throws Exception {
        queries.worker("w-1", 2);
        queries.worker("w-2", 4);
        String here = queries.submit("ann");
        queries.claim(here, "w-1");
        String lost = queries.submit("ann");
        queries.claim(lost, "w-gone");
        String waiting = queries.submit("ann");
        JsonNode overview = overview();
        assertThat(overview.path("workers").findValuesAsText("worker_id")).containsExactly("w-gone", "w-1", "w-2");
        assertThat(overview.path("workers").findValuesAsText("alive")).containsExactly("false", "true", "true");
        assertThat(overview.path("workers").findValuesAsText("running")).containsExactly("1", "1", "0");
        assertThat(overview.path("workers")
                        .path(1)
                        .path("jobs")
                        .path(0)
                        .path("job_id")
                        .asText())
                .isEqualTo(here);
        assertThat(overview.path("oldest_waiting").path("job_id").asText()).isEqualTo(waiting);
    }

    @Test
    void showsPipelinesWithTheFirstFault() throws Exception {
        queries.jdbc().update("""
                INSERT INTO pipeline_revisions (pipeline, revision, files, presets, faults) VALUES
                    ('video', '000000000001', '{}', '[]', NULL),
                    ('video', '000000000002', '{}', '[]', '[{"file": "a.camel.yaml", "line": 9}, {"file": "b"}]')
                """);
        queries.jdbc().update("""
                INSERT INTO pipelines (name, live_revision, published_at, refused_revision, refused_at)
                VALUES ('video', '000000000001', now(), '000000000002', now())
                """);
        JsonNode video = overview().path("pipelines").path(0);
        assertThat(video.path("live_revision").asText()).isEqualTo("000000000001");
        assertThat(video.path("fault").path("line").asInt()).isEqualTo(9);
    }

    /** However many jobs ended, a span reads 1,001. */
    @Test
    void readsABoundedNumberOfJobs() throws Exception {
        queries.jdbc().update("""
                INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, created_at, started_at,
                                  completed_at)
                SELECT gen_random_uuid(), 'ann', 'A video', 'quick_social', 'low', 'en', 10, 'COMPLETED', now(), now(),
                       now() - interval '30 minutes'
                FROM generate_series(1, 20000)
                """);
        queries.jdbc().execute("ANALYZE jobs");
        Map<String, Object> plan = queries.sql(
                        "EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text("read-overview"), Map.of("stats", "{}"))
                .get(0);
        JsonNode whole = JSON.readTree(plan.values().iterator().next().toString());
        assertThat(whole.findParents("Relation Name"))
                .filteredOn(scan -> "jobs".equals(scan.path("Relation Name").asText()))
                .allSatisfy(scan -> assertThat(scan.path("Actual Rows").asInt()).isLessThan(1100));
    }

    private void ended(int jobs, String at, String state) {
        queries.jdbc().update("""
                INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, created_at, started_at,
                                  completed_at, attempt)
                SELECT gen_random_uuid(), 'ann', 'A video', 'quick_social', 'low', 'en', 10, '%1$s',
                       %2$s - n * interval '3 s', %2$s - n * interval '2 s', %2$s, 1
                FROM generate_series(1, ?) AS n
                """.formatted(state, at), jobs);
    }

    private JsonNode overview() throws Exception {
        return JSON.readTree((String)
                queries.row("read-overview", Map.of("stats", "{\"x\": 1}")).get("document"));
    }
}
