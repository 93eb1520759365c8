package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Dead letters for operators: the list, read, redrive, and discard statements against a real PostgreSQL. */
class DeadLettersTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void aRedriveQueuesTheJobAsANewSeries() throws Exception {
        String jobId = queries.submit("ann", Map.of("priority", "high"));
        queries.jdbc().update("DELETE FROM outbox");
        for (int attempt = 1; attempt <= 5; attempt++) {
            queries.claim(jobId, "worker-1");
            if (attempt < 5) {
                queries.jdbc().update("UPDATE jobs SET state = 'QUEUED', worker_id = NULL, lease_expires_at = NULL");
            }
        }
        queries.fail(jobId, 5, "VIDEO_WRONG");
        String letter = letter(jobId, 5, "VIDEO_WRONG");

        assertThat(redrive(letter)).containsExactly(Map.of("id", letter, "job_id", jobId));

        assertThat(queries.jdbc().queryForMap("SELECT state::text, attempt, series_start, completed_at FROM jobs"))
                .isEqualTo(Queries.variables("state", "QUEUED", "attempt", 5, "series_start", 5, "completed_at", null));
        assertThat(queries.count("outbox WHERE job_id = ?::uuid AND priority = 'high' AND published_at IS NULL", jobId))
                .isOne();
        assertThat(queries.history(jobId)).endsWith("FAILED", "QUEUED");
        assertThat(JSON.readTree(queries.jdbc()
                        .queryForObject("SELECT metadata FROM job_states ORDER BY id DESC LIMIT 1", String.class)))
                .isEqualTo(JSON.readTree("{\"reason\": \"redrive\", \"redriven_by\": \"op\", \"attempt\": 5}"));
        assertThat(queries.count("dead_letters WHERE redriven_by = 'op' AND redriven_at IS NOT NULL"))
                .isOne();
        // A new series: five more claims, and the late result of the old series changes nothing.
        assertThat(queries.succeed(jobId, 5, "{}")).isEqualTo("late");
        assertThat(queries.claim(jobId, "worker-2")).isEqualTo(6);
        assertThat(queries.succeed(jobId, 5, "{}")).isEqualTo("late");
        assertThat(queries.succeed(jobId, 6, "{}")).isEqualTo("recorded");
    }

    @Test
    void aRedriveHidesTheFilesOfTheOldAttempt() {
        String jobId = queries.submit("ann");
        String letter = failed(jobId, "VIDEO_WRONG");
        redrive(letter);
        Map<String, Object> name = Map.of("jobId", jobId, "artifactName", "video.mp4");
        assertThat(queries.row("find-artifact", name)).containsEntry("artifact", null);
        int attempt = queries.claim(jobId, "worker-1");
        assertThat(queries.row("find-artifact", name)).containsEntry("artifact", null);
        queries.succeed(jobId, attempt, "{\"artifacts\": [{\"name\": \"video.mp4\"}]}");
        assertThat(queries.row("find-artifact", name))
                .containsEntry("attempt", 2)
                .containsEntry("artifact", "{\"name\": \"video.mp4\"}");
    }

    @Test
    void redrivesADeadLetterOnceAndItsJobAfterEachFailure() {
        String jobId = queries.submit("ann");
        String first = failed(jobId, "VIDEO_WRONG");
        assertThat(redrive(first)).hasSize(1);
        assertThat(redrive(first)).isEmpty();
        String second = failed(jobId, "VIDEO_WRONG");
        assertThat(redrive(first)).isEmpty();
        assertThat(obstacle(first)).isEqualTo("It was redriven before.");
        assertThat(redrive(second)).hasSize(1);
        assertThat(queries.history(jobId))
                .containsExactly("QUEUED", "PROCESSING", "FAILED", "QUEUED", "PROCESSING", "FAILED", "QUEUED");
    }

    @Test
    void redrivesFailedJobsOnly() {
        String waiting = queries.submit("ann");
        String running = queries.submit("ann");
        queries.claim(running, "worker-1");
        String completed = queries.submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        String cancelled = queries.submit("ann");
        queries.row("cancel-job", Map.of("jobId", cancelled, "userId", "ann"));
        Map<String, String> states =
                Map.of(waiting, "QUEUED", running, "PROCESSING", completed, "COMPLETED", cancelled, "CANCELLED");
        states.forEach((jobId, state) -> {
            String letter = letter(jobId, null, "VIDEO_WRONG");
            List<String> history = queries.history(jobId);
            assertThat(redrive(letter)).as(state).isEmpty();
            assertThat(obstacle(letter)).isEqualTo("Its job is " + state + ", not FAILED.");
            assertThat(queries.history(jobId)).isEqualTo(history);
        });
        String jobless = letter(null, null, "POISON_MESSAGE");
        assertThat(redrive(jobless)).isEmpty();
        assertThat(obstacle(jobless)).isEqualTo("It names no job.");
        assertThat(redriveAll("VIDEO_WRONG", 10)).isEmpty();
        assertThat(redrive(UUID.randomUUID().toString())).isEmpty();
        assertThat(queries.count("dead_letters WHERE redriven_at IS NOT NULL")).isZero();
    }

    @Test
    void aRedriveWithoutAnIdOrACodeDoesNothing() {
        failed(queries.submit("ann"), "VIDEO_WRONG");
        assertThat(redrive(null, null, 10)).isEmpty();
        assertThat(queries.count("jobs WHERE state = 'FAILED'")).isOne();
    }

    @Test
    void redrivesTheOldestOfAnErrorCodeUpToTheLimit() {
        List<String> jobs =
                Stream.generate(() -> queries.submit("ann")).limit(4).toList();
        jobs.forEach(jobId -> failed(jobId, "VIDEO_WRONG"));
        String other = queries.submit("ann");
        failed(other, "MODEL_BUSY");
        assertThat(redriveAll("VIDEO_WRONG", 3))
                .extracting(row -> row.get("job_id"))
                .hasSameElementsAs(jobs.subList(0, 3));
        assertThat(redriveAll("VIDEO_WRONG", 3))
                .extracting(row -> row.get("job_id"))
                .containsExactly(jobs.get(3));
        assertThat(redriveAll("VIDEO_WRONG", 3)).isEmpty();
        assertThat(queries.job("state", other)).isEqualTo("FAILED");
        assertThat(queries.count("outbox")).isEqualTo(4);
    }

    @Test
    void oneRedriveSettlesAllDeadLettersOfAJob() {
        String jobId = queries.submit("ann");
        letter(jobId, null, "VIDEO_WRONG");
        failed(jobId, "VIDEO_WRONG");
        assertThat(redriveAll("VIDEO_WRONG", 10)).hasSize(2);
        assertThat(queries.history(jobId)).containsExactly("QUEUED", "PROCESSING", "FAILED", "QUEUED");
    }

    @Test
    void hidesADiscardedDeadLetterButKeepsItForTheAudit() {
        String letter = failed(queries.submit("ann"), "VIDEO_WRONG");
        assertThat(discard(letter)).isEqualTo("discarded");
        assertThat(discard(letter)).isEqualTo("unknown");
        assertThat(redrive(letter)).isEmpty();
        assertThat(redriveAll("VIDEO_WRONG", 10)).isEmpty();
        assertThat(queries.rows("read-dead-letter", Map.of("letterId", letter))).isEmpty();
        assertThat(list(Map.of())).isEmpty();
        assertThat(queries.count("dead_letters WHERE discarded_by = 'op' AND discarded_at IS NOT NULL"))
                .isOne();
    }

    @Test
    void listsAPubSubDeadLetterOnlyIfItsJobFailed() {
        String waiting = queries.submit("ann");
        String running = queries.submit("ann");
        queries.claim(running, "worker-1");
        String completed = queries.submit("ann");
        queries.succeed(completed, queries.claim(completed, "worker-1"), "{}");
        Map.of(waiting, "QUEUED", running, "PROCESSING", completed, "COMPLETED").forEach((jobId, state) -> {
            String letter = letter(jobId, null, "DELIVERY_EXHAUSTED");
            assertThat(obstacle(letter)).isEqualTo("It settled itself: Its job is " + state + ".");
            assertThat(discard(letter)).isEqualTo("settled");
        });
        assertThat(list(Map.of())).isEmpty();
        assertThat(queries.row("measure-backlog", Map.of())).containsEntry("dead_letters", "{}");

        String failed = queries.submit("ann");
        failed(failed, "VIDEO_WRONG");
        String letter = letter(failed, null, "DELIVERY_EXHAUSTED");
        assertThat(list(Map.of("errorCode", "DELIVERY_EXHAUSTED"))).hasSize(1);
        assertThat(redrive(letter)).hasSize(1);
    }

    @Test
    void settlesTheDeadLettersOfJobsThatEndWell() {
        String again = queries.submit("ann");
        String first = failed(again, "VIDEO_WRONG");
        String second = letter(again, null, "MODEL_BUSY");
        redrive(first);
        String lost = queries.submit("ann");
        // The worker published the dead letter and died before it published the result.
        String premature = letter(lost, queries.claim(lost, "worker-1"), "VIDEO_WRONG");
        String cancelled = queries.submit("ann");
        letter(cancelled, null, "VIDEO_WRONG");
        failed(queries.submit("ann"), "VIDEO_WRONG");
        assertThat(settle()).isEmpty();

        queries.succeed(again, queries.claim(again, "worker-1"), "{}");
        queries.succeed(lost, 1, "{}");
        queries.row("cancel-job", Map.of("jobId", cancelled, "userId", "ann"));

        assertThat(settle()).hasSize(3).extracting(row -> row.get("id")).contains(second, premature);
        assertThat(settle()).isEmpty();
        assertThat(list(Map.of())).as("the redriven and the queued one").hasSize(2);
        assertThat(obstacle(second)).isEqualTo("It settled itself: Its job is COMPLETED.");
    }

    @Test
    void concurrentSettlesAndDiscardsHandleEachOnce() throws Exception {
        for (int i = 0; i < 100; i++) {
            String jobId = queries.submit("ann");
            letter(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG");
            queries.succeed(jobId, 1, "{}");
        }
        AtomicInteger turn = new AtomicInteger();
        List<List<Map<String, Object>>> done =
                Queries.race(10, () -> turn.getAndIncrement() % 2 == 0 ? settle() : discardAll("VIDEO_WRONG", 30));
        assertThat(done.stream().flatMap(List::stream).map(row -> row.get("id")))
                .doesNotHaveDuplicates();
        settle();
        assertThat(queries.count("dead_letters WHERE num_nonnulls(discarded_at, settled_at) = 1"))
                .isEqualTo(100);
    }

    @Test
    void discardsTheOldestOfAnErrorCodeUpToTheLimit() {
        List<String> letters = Stream.generate(() -> failed(queries.submit("ann"), "VIDEO_WRONG"))
                .limit(3)
                .toList();
        String poison = letter(null, null, "POISON_MESSAGE");
        assertThat(discardAll("VIDEO_WRONG", 2))
                .extracting(row -> row.get("id"))
                .containsExactlyInAnyOrderElementsOf(letters.subList(0, 2));
        assertThat(discardAll("VIDEO_WRONG", 2))
                .extracting(row -> row.get("id"))
                .containsExactly(letters.get(2));
        assertThat(discardAll("VIDEO_WRONG", 2)).isEmpty();
        assertThat(discardAll("POISON_MESSAGE", 2)).containsExactly(Queries.variables("id", poison, "job_id", null));
        assertThat(queries.count("dead_letters WHERE discarded_by = 'op'")).isEqualTo(4);
    }

    @Test
    void doesNotDiscardARedrivenDeadLetter() {
        String letter = failed(queries.submit("ann"), "VIDEO_WRONG");
        redrive(letter);
        assertThat(discard(letter)).isEqualTo("redriven");
        assertThat(discard(UUID.randomUUID().toString())).isEqualTo("unknown");
        assertThat(list(Map.of())).hasSize(1);
    }

    @RepeatedTest(10)
    void onlyOneOfManySettlesADeadLetter() throws Exception {
        String jobId = queries.submit("ann");
        String letter = failed(jobId, "VIDEO_WRONG");
        AtomicInteger turn = new AtomicInteger();
        List<String> outcomes = Queries.race(20, () -> switch (turn.getAndIncrement() % 4) {
            case 0 -> discard(letter);
            case 1 -> redriveAll("VIDEO_WRONG", 10).isEmpty() ? "" : "redriven now";
            default -> redrive(letter).isEmpty() ? "" : "redriven now";
        });
        boolean redriven = outcomes.contains("redriven now");
        assertThat(Collections.frequency(outcomes, "redriven now")).isEqualTo(redriven ? 1 : 0);
        assertThat(Collections.frequency(outcomes, "discarded")).isEqualTo(redriven ? 0 : 1);
        assertThat(queries.job("state", jobId)).isEqualTo(redriven ? "QUEUED" : "FAILED");
        assertThat(queries.history(jobId)).hasSize(redriven ? 4 : 3);
    }

    @RepeatedTest(5)
    void concurrentStatementsLeaveAValidHistory() throws Exception {
        String jobId = queries.submit("ann");
        String letter = failed(jobId, "VIDEO_WRONG");
        AtomicInteger turn = new AtomicInteger();
        List<String> outcomes = Queries.race(20, () -> switch (turn.getAndIncrement() % 4) {
            case 0 -> redrive(letter).isEmpty() ? "" : "redriven";
            case 1 ->
                (String) queries.row("cancel-job", Map.of("jobId", jobId, "userId", "ann"))
                        .get("outcome");
            case 2 ->
                (String) queries.row("claim-job", Map.of("jobId", jobId, "workerId", "worker-2", "leaseSec", "30"))
                        .get("outcome");
            default -> queries.succeed(jobId, 2, "{}");
        });
        assertThat(Collections.frequency(outcomes, "redriven")).isOne();
        List<String> series =
                queries.history(jobId).subList(3, queries.history(jobId).size());
        assertThat(series)
                .isIn(
                        List.of("QUEUED"),
                        List.of("QUEUED", "CANCELLED"),
                        List.of("QUEUED", "PROCESSING"),
                        List.of("QUEUED", "PROCESSING", "CANCELLED"),
                        List.of("QUEUED", "PROCESSING", "COMPLETED"));
        assertThat(queries.job("state", jobId)).isEqualTo(series.get(series.size() - 1));
        assertThat(Collections.frequency(outcomes, "cancelled")).isEqualTo(Collections.frequency(series, "CANCELLED"));
        assertThat(Collections.frequency(outcomes, "recorded")).isEqualTo(Collections.frequency(series, "COMPLETED"));
    }

    @Test
    void concurrentOperatorsRedriveEachDeadLetterOnce() throws Exception {
        Stream.generate(() -> queries.submit("ann")).limit(200).forEach(jobId -> failed(jobId, "VIDEO_WRONG"));
        queries.jdbc().update("DELETE FROM outbox");
        List<List<Map<String, Object>>> redriven = Queries.race(20, () -> {
            List<Map<String, Object>> mine = new ArrayList<>();
            for (int round = 0; round < 4; round++) {
                mine.addAll(redriveAll("VIDEO_WRONG", 37));
            }
            return mine;
        });
        List<Object> jobs = redriven.stream()
                .flatMap(List::stream)
                .map(row -> row.get("job_id"))
                .toList();
        assertThat(jobs).hasSize(200);
        assertThat(new HashSet<>(jobs)).hasSize(200);
        assertThat(queries.count("jobs WHERE state = 'QUEUED' AND series_start = 1"))
                .isEqualTo(200);
        assertThat(queries.count("outbox")).isEqualTo(200);
        assertThat(queries.count("job_states WHERE metadata ->> 'reason' = 'redrive'"))
                .isEqualTo(200);
    }

    @Test
    void listsTheFieldsOfTheContract() {
        String jobId = queries.submit("ann");
        String first = failed(jobId, "VIDEO_WRONG");
        String second = letter(null, null, "POISON_MESSAGE");
        redrive(first);
        queries.jdbc().update("UPDATE dead_letters SET created_at = '2026-01-16T12:00:00.123456Z'");
        queries.jdbc().update("UPDATE dead_letters SET redriven_at = '2026-01-16T12:00:01Z' WHERE id = ?::uuid", first);
        Map<String, Object> shown = list(Map.of("errorCode", "VIDEO_WRONG")).get(0);
        assertThat((String) shown.get("group")).matches("[0-9a-f]{16}");
        assertThat(shown)
                .isEqualTo(Queries.variables(
                        "id",
                        first,
                        "job_id",
                        jobId,
                        "error_code",
                        "VIDEO_WRONG",
                        "reason",
                        "video wrong",
                        "error",
                        "PermanentStageException: it broke",
                        "attempts",
                        1,
                        "route",
                        "attempt-job",
                        "pipeline",
                        null,
                        "step",
                        null,
                        "file",
                        null,
                        "line",
                        null,
                        "group",
                        shown.get("group"),
                        "created_at",
                        "2026-01-16T12:00:00.123Z",
                        "redriven_at",
                        "2026-01-16T12:00:01.000Z",
                        "cursor_position",
                        "2026-01-16T12:00:00.123456Z"));
        assertThat(list(Map.of())).extracting(row -> row.get("id")).containsExactly(second, first);
    }

    @Test
    void readsADeadLetterWithItsExactMessage() throws Exception {
        String jobId = queries.submit("ann");
        String letter = failed(jobId, "VIDEO_WRONG");
        String document = (String)
                queries.row("read-dead-letter", Map.of("letterId", letter)).get("letter");
        assertThat(document).contains("{\"data\": \"\\u0000\",  \"a\": 1}");
        JsonNode read = JSON.readTree(document);
        List<String> names = new ArrayList<>();
        read.fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactly(
                        "id",
                        "job_id",
                        "error_code",
                        "reason",
                        "error",
                        "attempts",
                        "route",
                        "pipeline",
                        "step",
                        "file",
                        "line",
                        "group",
                        "created_at",
                        "redriven_at",
                        "redriven_by",
                        "settled_at",
                        "settled_why",
                        "attempt",
                        "message_id",
                        "job_status",
                        "metadata");
        assertThat(read.path("job_status").asText()).isEqualTo("FAILED");
        assertThat(read.path("attempt").asInt()).isOne();
        assertThat(read.path("redriven_at").isNull()).isTrue();
        redrive(letter);
        JsonNode redriven = JSON.readTree((String)
                queries.row("read-dead-letter", Map.of("letterId", letter)).get("letter"));
        assertThat(redriven.path("redriven_by").asText()).isEqualTo("op");
        assertThat(redriven.path("redriven_at").asText()).isNotEmpty();
        assertThat(redriven.path("job_status").asText()).isEqualTo("QUEUED");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = "VIDEO_WRONG")
    void pagesByCursorOnAnIndexAndReadsOnePage(String errorCode) throws Exception {
        queries.jdbc().update("""
                        INSERT INTO dead_letters (message_id, error_code, reason, error, attempts, metadata, created_at,
                                                  discarded_at, discarded_by)
                        SELECT 'm-' || n, CASE n % 100 WHEN 0 THEN 'VIDEO_WRONG' ELSE 'MODEL_BUSY' END, 'r', 'e', 1, '{}',
                               timestamptz '2026-01-16T12:00:00Z' + n / 6 * interval '1 microsecond',
                               CASE WHEN n % 10 > 1 THEN now() END, CASE WHEN n % 10 > 1 THEN 'op' END
                        FROM generate_series(1, 20000) AS n
                        """);
        queries.jdbc().execute("ANALYZE dead_letters");
        List<Object> walked = new ArrayList<>();
        Map<String, Object> variables = Queries.variables("errorCode", errorCode, "rows", 97);
        for (List<Map<String, Object>> page = list(variables); !page.isEmpty(); page = list(variables)) {
            page.forEach(row -> walked.add(row.get("id")));
            variables.put("cursorCreatedAt", page.get(page.size() - 1).get("cursor_position"));
            variables.put("cursorId", page.get(page.size() - 1).get("id"));
            letter(null, null, "VIDEO_WRONG");
        }
        assertThat(walked).hasSize(errorCode == null ? 4000 : 200).doesNotHaveDuplicates();

        variables.put("cursorId", walked.get(walked.size() / 2));
        variables.put(
                "cursorCreatedAt",
                queries.jdbc()
                        .queryForObject(
                                "SELECT created_at::text FROM dead_letters WHERE id = ?::uuid",
                                String.class,
                                walked.get(walked.size() / 2)));
        JsonNode scan = plan("list-dead-letters", variables);
        while (scan.has("Plans")) {
            scan = scan.at("/Plans/0");
        }
        assertThat(scan.path("Index Name").asText())
                .isEqualTo(errorCode == null ? "dead_letters_by_age" : "dead_letters_by_code");
        assertThat(scan.path("Actual Rows").asInt()).isEqualTo(97);
        assertThat(scan.path("Rows Removed by Filter").asInt()).isZero();
    }

    @Test
    void redrivesByErrorCodeOnAnIndex() throws Exception {
        queries.jdbc().update("""
                        INSERT INTO dead_letters (message_id, error_code, reason, error, attempts, metadata,
                                                  redriven_at, redriven_by)
                        SELECT 'm-' || n, 'VIDEO_WRONG', 'r', 'e', 1, '{}', now(), 'op' FROM generate_series(1, 20000) AS n
                        """);
        queries.jdbc().execute("ANALYZE dead_letters");
        failed(queries.submit("ann"), "VIDEO_WRONG");
        Map<String, Object> variables =
                Queries.variables("letterId", null, "errorCode", "VIDEO_WRONG", "limit", 10, "userId", "op");
        assertThat(plan("redrive-dead-letters", variables).findParents("Alias"))
                .filteredOn(scan -> "letter".equals(scan.path("Alias").asText()))
                .isNotEmpty()
                // Both indexes hold only letters that wait for an operator.
                .allSatisfy(scan -> assertThat(scan.path("Index Name").asText())
                        .isIn("dead_letters_unsettled", "dead_letters_by_group"));
    }

    private JsonNode plan(String query, Map<String, Object> variables) throws Exception {
        Map<String, Object> plan = queries.sql("EXPLAIN (ANALYZE, FORMAT JSON) " + Queries.text(query), variables)
                .get(0);
        return JSON.readTree(plan.values().iterator().next().toString()).at("/0/Plan");
    }

    /** Runs a queued job to a failure with this error code and records its dead letter. */
    private String failed(String jobId, String errorCode) {
        int attempt = queries.claim(jobId, "worker-1");
        String letter = letter(jobId, attempt, errorCode);
        queries.fail(jobId, attempt, errorCode);
        return letter;
    }

    private String letter(String jobId, Integer attempt, String errorCode) {
        return (String) queries.row(
                        "record-dead-letter",
                        Queries.variables(
                                "jobId",
                                jobId,
                                "attempt",
                                attempt,
                                "messageId",
                                UUID.randomUUID().toString(),
                                "errorCode",
                                errorCode,
                                "reason",
                                "video wrong",
                                "error",
                                "PermanentStageException: it broke",
                                "attempts",
                                1,
                                "route",
                                "attempt-job",
                                "metadata",
                                "{\"data\": \"\\u0000\",  \"a\": 1}"))
                .get("id");
    }

    private List<Map<String, Object>> list(Map<String, Object> others) {
        Map<String, Object> variables = Queries.variables("errorCode", null, "rows", 21);
        variables.putAll(others);
        return queries.rows("list-dead-letters", variables);
    }

    private List<Map<String, Object>> redrive(String letterId) {
        return redrive(letterId, null, 1);
    }

    private List<Map<String, Object>> redriveAll(String errorCode, int limit) {
        return redrive(null, errorCode, limit);
    }

    private List<Map<String, Object>> redrive(String letterId, String errorCode, int limit) {
        return queries.rows(
                "redrive-dead-letters",
                Queries.variables("letterId", letterId, "errorCode", errorCode, "limit", limit, "userId", "op"));
    }

    private String discard(String letterId) {
        return (String) queries.row("discard-dead-letter", Map.of("letterId", letterId, "userId", "op"))
                .get("outcome");
    }

    private List<Map<String, Object>> discardAll(String errorCode, int limit) {
        return queries.rows(
                "discard-dead-letters", Queries.variables("errorCode", errorCode, "limit", limit, "userId", "op"));
    }

    private List<Map<String, Object>> settle() {
        return queries.rows("settle-dead-letters", Map.of("batchSize", 1000));
    }

    private String obstacle(String letterId) {
        return (String)
                queries.row("read-dead-letter", Map.of("letterId", letterId)).get("obstacle");
    }
}
