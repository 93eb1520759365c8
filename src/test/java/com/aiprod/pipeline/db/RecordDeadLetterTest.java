package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** record-dead-letter.sql against a real PostgreSQL. */
class RecordDeadLetterTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void storesAllFields() {
        String jobId = queries.submit("ann");
        List<Map<String, Object>> rows = record("m-1", Map.of("jobId", jobId, "attempt", 2));
        assertThat(rows).singleElement().satisfies(row -> assertThat(row).containsOnlyKeys("id"));
        assertThat(queries.jdbc()
                        .queryForMap("SELECT id::text, job_id::text, attempt, message_id, error_code, reason, error,"
                                + " attempts, route, metadata::text, redriven_at, discarded_at FROM dead_letters"))
                .isEqualTo(Queries.variables(
                        "id",
                        rows.get(0).get("id"),
                        "job_id",
                        jobId,
                        "attempt",
                        2,
                        "message_id",
                        "m-1",
                        "error_code",
                        "VIDEO_WRONG",
                        "reason",
                        "video wrong",
                        "error",
                        "PermanentStageException: it broke",
                        "attempts",
                        4,
                        "route",
                        "attempt-job",
                        "metadata",
                        "{\"data\": \"\\u0000\",  \"a\": 1}",
                        "redriven_at",
                        null,
                        "discarded_at",
                        null));
    }

    @Test
    void storesARedeliveredMessageOnce() {
        assertThat(record("m-1", Map.of())).hasSize(1);
        assertThat(record("m-1", Map.of())).isEmpty();
        assertThat(queries.count("dead_letters")).isOne();
    }

    @Test
    void storesAnAttemptPublishedTwiceOnce() {
        Map<String, Object> attempt = Map.of("jobId", queries.submit("ann"), "attempt", 1);
        assertThat(record("m-1", attempt)).hasSize(1);
        assertThat(record("m-2", attempt)).isEmpty();
        assertThat(queries.count("dead_letters")).isOne();
    }

    @Test
    void replacesTheDeadLetterOfTheResult() {
        String jobId = queries.submit("ann");
        queries.fail(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG");
        Map<String, Object> attempt = Map.of("jobId", jobId, "attempt", 1);
        assertThat(record("m-1", attempt)).hasSize(1);
        assertThat(record("m-2", attempt)).isEmpty();
        assertThat(queries.jdbc().queryForMap("SELECT message_id, error FROM dead_letters"))
                .containsEntry("message_id", "m-1")
                .containsEntry("error", "PermanentStageException: it broke");
    }

    @Test
    void keepsTheFullDeadLetterInARaceWithTheResult() throws Exception {
        for (int round = 0; round < 20; round++) {
            String jobId = queries.submit("ann");
            int running = queries.claim(jobId, "worker-1");
            AtomicInteger turn = new AtomicInteger();
            Queries.race(
                    2,
                    () -> turn.getAndIncrement() == 0
                            ? queries.fail(jobId, running, "VIDEO_WRONG")
                            : record("m-" + jobId, Map.of("jobId", jobId, "attempt", running)));
            assertThat(queries.jdbc()
                            .queryForList(
                                    "SELECT message_id FROM dead_letters WHERE job_id = ?::uuid", String.class, jobId))
                    .containsExactly("m-" + jobId);
        }
    }

    @Test
    void staysWhenTheResultArrivesLater() {
        String jobId = queries.submit("ann");
        int running = queries.claim(jobId, "worker-1");
        record("m-1", Map.of("jobId", jobId, "attempt", running));
        queries.fail(jobId, running, "VIDEO_WRONG");
        assertThat(queries.jdbc().queryForList("SELECT message_id FROM dead_letters", String.class))
                .containsExactly("m-1");
    }

    @Test
    void storesEachDeadLetterWithoutAnAttempt() {
        String jobId = queries.submit("ann");
        record("m-1", Map.of("jobId", jobId));
        record("m-2", Map.of("jobId", jobId));
        assertThat(queries.count("dead_letters WHERE job_id = ?::uuid", jobId)).isEqualTo(2);
    }

    @Test
    void storesADeadLetterOfAnUnknownJobWithoutTheJob() {
        assertThat(record("m-1", Map.of("jobId", UUID.randomUUID().toString()))).hasSize(1);
        assertThat(record("m-2", Map.of())).hasSize(1);
        assertThat(queries.count("dead_letters WHERE job_id IS NULL")).isEqualTo(2);
    }

    @Test
    void storesADeadLetterRecordedConcurrentlyOnce() throws Exception {
        Map<String, Object> attempt = Map.of("jobId", queries.submit("ann"), "attempt", 1);
        List<List<Map<String, Object>>> recorded = Queries.race(10, () -> record("m-1", attempt));
        assertThat(recorded.stream().flatMap(List::stream)).hasSize(1);
    }

    private List<Map<String, Object>> record(String messageId, Map<String, Object> others) {
        Map<String, Object> letter = Queries.variables(
                "jobId", null,
                "attempt", null,
                "messageId", messageId,
                "errorCode", "VIDEO_WRONG",
                "reason", "video wrong",
                "error", "PermanentStageException: it broke",
                "attempts", 4,
                "route", "attempt-job",
                "metadata", "{\"data\": \"\\u0000\",  \"a\": 1}");
        letter.putAll(others);
        return queries.rows("record-dead-letter", letter);
    }
}
