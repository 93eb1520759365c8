package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** list-jobs.sql against a real PostgreSQL. */
class ListJobsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void showsTheCallersJobsNewestFirst() {
        String first = queries.submit("ann", Map.of("content", "x".repeat(150)));
        String second = queries.submit("ann");
        queries.submit("bob");
        queries.jdbc()
                .update(
                        "UPDATE jobs SET created_at = '2026-01-16T12:00:00.123456Z', updated_at = '2026-01-16T12:00:01Z'"
                                + " WHERE id = ?::uuid",
                        first);
        List<Map<String, Object>> rows = list(Map.of());
        assertThat(rows).extracting(row -> row.get("job_id")).containsExactly(second, first);
        assertThat(rows.get(1))
                .isEqualTo(Queries.variables(
                        "job_id",
                        first,
                        "status",
                        "QUEUED",
                        "preset",
                        "quick_social",
                        "content_preview",
                        "x".repeat(100),
                        "duration_sec",
                        10,
                        "progress_stage",
                        null,
                        "progress_percent",
                        null,
                        "error_code",
                        null,
                        "poster",
                        null,
                        "created_at",
                        "2026-01-16T12:00:00.123Z",
                        "updated_at",
                        "2026-01-16T12:00:01.000Z",
                        "started_at",
                        null,
                        "completed_at",
                        null,
                        "cursor_position",
                        "2026-01-16T12:00:00.123456Z"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "{'artifacts':[{'type':'video/mp4','url':'/v'},{'type':'image/png','url':'/p'}]} | /p",
                "{'artifacts':[{'type':'video/mp4','url':'/v'}, 7, null, [1]]} | null",
                "{'artifacts':'none'} | null",
                "{'artifacts':null} | null",
                "{} | null",
            })
    void showsTheFirstPictureOfTheCurrentResult(String output, String poster) {
        String job = queries.submit("ann");
        queries.claim(job, "worker-1");
        queries.jdbc()
                .update(
                        "UPDATE jobs SET state = 'COMPLETED', completed_at = now(), worker_id = NULL,"
                                + " lease_expires_at = NULL WHERE id = ?::uuid",
                        job);
        queries.jdbc()
                .update(
                        "INSERT INTO results (job_id, attempt, success, output, retryable, execution_time_ms)"
                                + " VALUES (?::uuid, 1, true, ?::json, false, 1)",
                        job,
                        output.replace('\'', '"'));
        assertThat(list(Map.of()).get(0).get("poster")).isEqualTo(poster);
    }

    @Test
    void filtersByStatusAndPreset() {
        String queued = queries.submit("ann");
        String running = queries.submit("ann");
        String other = queries.submit("ann", Map.of("preset", "brand_story"));
        String otherRunning = queries.submit("ann", Map.of("preset", "brand_story"));
        queries.claim(running, "worker-1");
        queries.claim(otherRunning, "worker-1");
        assertThat(ids(Map.of("status", "PROCESSING"))).containsExactly(otherRunning, running);
        assertThat(ids(Map.of("preset", "brand_story"))).containsExactly(otherRunning, other);
        assertThat(ids(Map.of("status", "QUEUED", "preset", "quick_social"))).containsExactly(queued);
        assertThat(ids(Map.of("status", "FAILED"))).isEmpty();
    }

    @Test
    void skipsByOffset() {
        List<String> jobs =
                Stream.generate(() -> queries.submit("ann")).limit(5).toList();
        assertThat(ids(Map.of("offset", 2, "rows", 2))).containsExactly(jobs.get(2), jobs.get(1));
        assertThat(ids(Map.of("offset", 5))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({",", "QUEUED,", ",brand_story", "QUEUED, brand_story"})
    void pagesByCursorWithoutGapsOrRepeatsWhileJobsArrive(String status, String preset) {
        // Many jobs share a timestamp, so the ID must decide their order.
        fill(200);
        Map<String, Object> filters = Queries.variables("status", status, "preset", preset);
        List<String> expected = ids(with(filters, "rows", 1000));
        assertThat(expected).hasSizeGreaterThan(50);

        List<Object> walked = new ArrayList<>();
        List<Map<String, Object>> page = list(with(filters, "rows", 7));
        while (!page.isEmpty()) {
            page.forEach(row -> walked.add(row.get("job_id")));
            queries.submit("ann", Map.of("preset", "brand_story"));
            Map<String, Object> last = page.get(page.size() - 1);
            Map<String, Object> next = with(filters, "rows", 7);
            next.put("cursorCreatedAt", last.get("cursor_position"));
            next.put("cursorId", last.get("job_id"));
            page = list(next);
        }
        assertThat(walked).isEqualTo(expected);
    }

    @Test
    void readsOnlyTheRowsOfAPage() throws Exception {
        queries.truncate();
        fill(10_000);
        queries.jdbc().execute("ANALYZE jobs");
        // Without results, the plan for them would be another.
        queries.jdbc().update("""
                INSERT INTO results (job_id, attempt, success, error_code, error_message, retryable, execution_time_ms)
                SELECT id, 1, false, 'BROKEN', 'x', false, 1 FROM jobs
                """);
        queries.jdbc().execute("VACUUM ANALYZE results");
        Map<String, Object> middle = list(Map.of("offset", 5_000, "rows", 1)).get(0);
        assertPageReadBy("jobs_by_user", middle, Map.of());
        assertPageReadBy("jobs_by_user_and_state", middle, Map.of("status", "FAILED"));
        assertPageReadBy("jobs_by_user_and_preset", middle, Map.of("preset", "cinema_spot"));
        // With two filters, the index covers one of them.
        assertPageReadBy("jobs_by_user_and_", middle, Map.of("status", "FAILED", "preset", "brand_story"));
    }

    /** PostgreSQL stores a text of this length in separate pages, which it must not read for skipped jobs. */
    @Test
    void readsNoContentOfJobsSkippedByOffset() throws Exception {
        queries.truncate();
        queries.jdbc().update("""
                        INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, created_at)
                        SELECT gen_random_uuid(), 'ann',
                               left(string_agg(md5(n || '-' || part), ''), 9000), 'quick_social', 'low', 'en', 10,
                               timestamptz '2026-01-16T12:00:00Z' + n * interval '1 s'
                        FROM generate_series(1, 300) AS n, generate_series(1, 282) AS part
                        GROUP BY n
                        """);
        queries.jdbc().execute("ANALYZE jobs");
        Map<String, Object> plan = queries.sql(
                        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + Queries.text("list-jobs"),
                        page(Map.of("offset", 290, "rows", 1)))
                .get(0);
        JsonNode whole =
                JSON.readTree(plan.values().iterator().next().toString()).at("/0/Plan");
        // With the contents of 290 jobs, it would be over 900.
        assertThat(whole.path("Shared Hit Blocks").asInt()
                        + whole.path("Shared Read Blocks").asInt())
                .isLessThan(600);
    }

    private void assertPageReadBy(String index, Map<String, Object> middle, Map<String, Object> filters)
            throws JsonProcessingException {
        Map<String, Object> page = with(page(filters), "cursorCreatedAt", middle.get("cursor_position"));
        page.put("cursorId", middle.get("job_id"));
        Map<String, Object> plan = queries.sql("EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text("list-jobs"), page)
                .get(0);
        JsonNode whole = JSON.readTree(plan.values().iterator().next().toString());
        JsonNode scan = whole.findParents("Index Cond").stream()
                .filter(node -> !"jobs_pkey".equals(node.path("Index Name").asText()))
                .findFirst()
                .orElseThrow();
        assertThat(whole.toString()).doesNotContain("Seq Scan");
        assertThat(scan.path("Node Type").asText()).isIn("Index Scan", "Index Only Scan");
        assertThat(scan.path("Index Name").asText()).startsWith(index);
        assertThat(scan.path("Index Cond").asText()).contains("ROW(created_at, id) <");
        assertThat(scan.path("Actual Rows").asInt()).isEqualTo(21);
        assertThat(scan.path("Rows Removed by Filter").asInt()).isLessThan(100);
    }

    /**
     * Creates this many jobs of Ann: three at a time share a timestamp, 1 in 25 failed, a tenth has a rare preset and the
     * others have two common ones. Creates as many jobs of other users.
     */
    private void fill(int jobs) {
        queries.jdbc().update("""
                        INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, created_at,
                                          state, completed_at)
                        SELECT gen_random_uuid(), CASE n % 2 WHEN 0 THEN 'ann' ELSE 'user-' || n % 100 END, 'A video',
                               CASE WHEN n % 20 = 2 THEN 'cinema_spot' WHEN n % 4 = 0 THEN 'quick_social'
                                    ELSE 'brand_story' END,
                               'low', 'en', 10, timestamptz '2026-01-16T12:00:00Z' + n / 6 * interval '1 microsecond',
                               CASE WHEN n % 100 IN (4, 6) THEN 'FAILED' ELSE 'QUEUED' END::job_state,
                               CASE WHEN n % 100 IN (4, 6) THEN now() END
                        FROM generate_series(1, ?) AS n
                        """, 2 * jobs);
    }

    private List<String> ids(Map<String, Object> others) {
        return list(others).stream().map(row -> (String) row.get("job_id")).toList();
    }

    private List<Map<String, Object>> list(Map<String, Object> others) {
        return queries.rows("list-jobs", page(others));
    }

    private static Map<String, Object> page(Map<String, Object> others) {
        Map<String, Object> variables = Queries.variables("userId", "ann", "offset", 0, "rows", 21);
        variables.putAll(others);
        return variables;
    }

    private static Map<String, Object> with(Map<String, Object> variables, String name, Object value) {
        Map<String, Object> more = Queries.variables(name, value);
        more.putAll(variables);
        return more;
    }
}
