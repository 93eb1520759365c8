package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** list-all-jobs.sql and read-any-job.sql against a real PostgreSQL. */
class ListAllJobsTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void showsTheJobsOfAllUsersNewestFirst() {
        String first = queries.submit("ann", Map.of("content", "x".repeat(150)));
        String second = queries.submit("bob", Map.of("preset", "brand_story"));
        List<Map<String, Object>> rows = list(Map.of());
        assertThat(rows).extracting(row -> row.get("job_id")).containsExactly(second, first);
        assertThat(rows.get(1))
                .containsEntry("user_id", "ann")
                .containsEntry("status", "QUEUED")
                .containsEntry("attempt", 0)
                .containsEntry("error_code", null)
                .containsEntry("content_preview", "x".repeat(100))
                .containsKeys("pipeline", "revision", "created_at", "started_at", "completed_at", "cursor_position");
    }

    @Test
    void filtersByEverything() {
        String queued = queries.submit("ann");
        String running = queries.submit("bob", Map.of("preset", "brand_story"));
        queries.row(
                "claim-job",
                Queries.variables(
                        "jobId", running, "workerId", "w", "leaseSec", "30", "pipeline", "video", "revision", "0123"));
        String failed = queries.submit("ann");
        queries.fail(failed, queries.claim(failed, "w"), "MODEL_BUSY");
        String cancelled = queries.submit("bob");
        queries.row("cancel-job", Map.of("jobId", cancelled, "userId", "bob"));
        assertThat(ids(Map.of("ofUser", "ann"))).containsExactly(failed, queued);
        assertThat(ids(Map.of("ofUser", "ann", "status", "QUEUED"))).containsExactly(queued);
        assertThat(ids(Map.of("status", "QUEUED"))).containsExactly(queued);
        assertThat(ids(Map.of("status", "PROCESSING"))).containsExactly(running);
        assertThat(ids(Map.of("status", "FAILED"))).containsExactly(failed);
        assertThat(ids(Map.of("status", "CANCELLED"))).containsExactly(cancelled);
        assertThat(ids(Map.of("preset", "brand_story"))).containsExactly(running);
        assertThat(ids(Map.of("pipeline", "video"))).containsExactly(running);
        assertThat(ids(Map.of("status", "FAILED", "errorCode", "MODEL_BUSY"))).containsExactly(failed);
        assertThat(ids(Map.of("status", "FAILED", "errorCode", "OTHER"))).isEmpty();
        assertThat(ids(Map.of("ofUser", "bob", "status", "FAILED", "errorCode", "MODEL_BUSY")))
                .isEmpty();
        assertThat(ids(Map.of("status", "QUEUED", "pipeline", "video"))).isEmpty();
    }

    @Test
    void filtersByTime() {
        String old = id("018f0000-0000-7000-8000-000000000001");
        String late = id("018f0001-0000-7000-8000-000000000001");
        for (String user : new String[] {null, "ann"}) {
            Map<String, Object> ofUser = Queries.variables("ofUser", user);
            Map<String, Object> since = with(ofUser, "sinceId", "018f0001-0000-0000-0000-000000000000");
            since.put("since", time(late));
            assertThat(ids(since)).containsExactly(late);
            Map<String, Object> until = with(ofUser, "untilId", "018f0001-0000-0000-0000-000000000000");
            until.put("until", time(late));
            assertThat(ids(until)).containsExactly(old);
        }
    }

    @ParameterizedTest
    @CsvSource({
        ",,,",
        "ann,,,",
        ",QUEUED,,",
        ",FAILED,,",
        ",,brand_story,",
        "ann,QUEUED,brand_story,",
        ",FAILED,,BROKEN"
    })
    void pagesByCursorWithoutGapsOrRepeatsWhileJobsArrive(String user, String status, String preset, String code) {
        fill(900);
        Map<String, Object> filters =
                Queries.variables("ofUser", user, "status", status, "preset", preset, "errorCode", code);
        List<String> expected = ids(with(filters, "rows", 1000));
        assertThat(expected).hasSizeGreaterThan(10);
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

    /** A list of a rare state must not read all other jobs. */
    @ParameterizedTest
    @CsvSource({"FAILED", "CANCELLED", "PROCESSING", "QUEUED"})
    void readsOnlyJobsOfARareState(String status) throws Exception {
        queries.truncate();
        fill(20_000);
        queries.jdbc().execute("TRUNCATE outbox");
        queries.jdbc().execute("ANALYZE jobs, outbox");
        Map<String, Object> plan = queries.sql(
                        "EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text("list-all-jobs"),
                        page(Map.of("status", status, "errorCode", "FAILED".equals(status) ? "NEVER" : "")))
                .get(0);
        JsonNode whole = JSON.readTree(plan.values().iterator().next().toString());
        assertThat(whole.findValues("Rows Removed by Filter"))
                .allSatisfy(removed -> assertThat(removed.asInt()).isLessThan(1000));
        assertThat(whole.findValues("Actual Rows"))
                .allSatisfy(rows -> assertThat(rows.asInt()).isLessThan(1000));
    }

    @Test
    void describesAJobOfAnyUser() throws Exception {
        String failed = queries.submit("ann", Map.of("content", "y".repeat(150), "requestId", "order-1"));
        queries.fail(failed, queries.claim(failed, "w"), "MODEL_BUSY");
        JsonNode job = JSON.readTree(queries.row("read-any-job", Map.of("jobId", failed))
                .get("document")
                .toString());
        assertThat(job.path("user_id").asText()).isEqualTo("ann");
        assertThat(job.path("content").asText()).hasSize(150);
        assertThat(job.path("request_id").asText()).isEqualTo("order-1");
        assertThat(job.path("job").path("status").asText()).isEqualTo("FAILED");
        assertThat(job.path("job").path("state_history")).hasSize(3);
        assertThat(job.path("dead_letters")).hasSize(1);
        assertThat(job.path("dead_letters").path(0).path("error_code").asText()).isEqualTo("MODEL_BUSY");
        assertThat(job.path("deliveries").isArray()).isTrue();
        assertThat(queries.rows(
                        "read-any-job", Map.of("jobId", UUID.randomUUID().toString())))
                .isEmpty();
    }

    private String id(String id) {
        queries.jdbc().update("""
                INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, created_at)
                VALUES (?::uuid, 'ann', 'A video', 'quick_social', 'low', 'en', 10,
                        to_timestamp(('x' || left(replace(?, '-', ''), 12))::bit(48)::bigint / 1000.0))
                """, id, id);
        return id;
    }

    private String time(String id) {
        return queries.job("iso8601(created_at)", id);
    }

    /** Creates jobs with IDs in the order of their times: 1 in 50 failed, 1 in 50 cancelled, and a third queued. */
    private void fill(int jobs) {
        queries.jdbc().update("""
                INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, created_at, state,
                                  completed_at, attempt)
                SELECT ('018f0000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
                       CASE n % 2 WHEN 0 THEN 'ann' ELSE 'bob' END, 'A video',
                       CASE n % 4 WHEN 0 THEN 'brand_story' ELSE 'quick_social' END, 'low', 'en', 10,
                       timestamptz '2024-04-21T00:00:00Z' + n * interval '1 microsecond', state::job_state,
                       CASE WHEN state <> 'QUEUED' THEN now() END, 1
                FROM generate_series(1, ?) AS n,
                     LATERAL (SELECT CASE n % 50 WHEN 7 THEN 'FAILED' WHEN 8 THEN 'CANCELLED'
                                         ELSE CASE n % 3 WHEN 0 THEN 'QUEUED' ELSE 'COMPLETED' END END AS state) AS s
                WHERE ? < 1000 OR n % 50 NOT IN (7, 8) OR n < 1000
                """, jobs, jobs);
        queries.jdbc().update("""
                INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, 'low' FROM jobs WHERE state = 'QUEUED'
                """);
        queries.jdbc().update("""
                INSERT INTO results (job_id, attempt, success, error_code, error_message, retryable, execution_time_ms)
                SELECT id, 1, false, CASE WHEN user_id = 'ann' THEN 'OTHER' ELSE 'BROKEN' END, 'x', false, 1
                FROM jobs WHERE state = 'FAILED'
                """);
        queries.jdbc().update("""
                INSERT INTO results (job_id, attempt, success, error_code, error_message, retryable, execution_time_ms)
                SELECT id, 1, true, NULL, NULL, false, 1 FROM jobs WHERE state = 'COMPLETED' LIMIT 10
                """);
    }

    private List<String> ids(Map<String, Object> others) {
        return list(others).stream().map(row -> (String) row.get("job_id")).toList();
    }

    private List<Map<String, Object>> list(Map<String, Object> others) {
        return queries.rows("list-all-jobs", page(others));
    }

    private static Map<String, Object> page(Map<String, Object> others) {
        Map<String, Object> variables = Queries.variables("rows", 21);
        others.forEach((name, value) -> variables.put(name, "".equals(value) ? null : value));
        return variables;
    }

    private static Map<String, Object> with(Map<String, Object> variables, String name, Object value) {
        Map<String, Object> more = Queries.variables(name, value);
        more.putAll(variables);
        return more;
    }
}
