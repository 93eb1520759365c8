package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.job.JobState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** What the schema makes impossible to store. */
class ConstraintsTest {

    /** The columns of a job in each state, as the SET clause of an update to that state. */
    private static final Map<JobState, String> CONTENTS = Map.of(
            JobState.QUEUED, "worker_id = NULL, lease_expires_at = NULL, completed_at = NULL",
            JobState.PROCESSING,
                    "worker_id = 'w', lease_expires_at = now(), started_at = now(), attempt = 1, completed_at = NULL",
            JobState.COMPLETED, "worker_id = NULL, lease_expires_at = NULL, completed_at = now()",
            JobState.FAILED, "worker_id = NULL, lease_expires_at = NULL, completed_at = now()",
            JobState.CANCELLED, "worker_id = NULL, lease_expires_at = NULL, completed_at = now()");

    private final Queries queries = Queries.shared();
    private String jobId;

    @BeforeEach
    void empty() {
        queries.empty();
        jobId = queries.submit("ann", Map.of("idempotencyKey", "key-1"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "user_id = ''                           | short_text_check",
                "content = ''                           | content_text_check",
                "content = repeat('x', 10001)           | content_text_check",
                "preset = 'Quick Social'                | preset_name_check",
                "lang = ''                              | short_text_check",
                "duration_sec = 0                       | positive_number_check",
                "metadata = '[]'                        | json_map_check",
                "attempt = -1                           | cannot fall",
                "series_start = -1                      | natural_number_check",
                "max_attempts = 0                       | positive_number_check",
                "priority = 'urgent'                    | invalid input value for enum",
                "worker_id = 'w'                        | only_a_running_job_has_a_worker",
                "lease_expires_at = now()               | only_a_running_job_has_a_worker",
                "progress_stage = 's', progress_percent = 1 | only_a_running_job_has_a_worker",
                "completed_at = now()                   | an_ended_job_has_an_end",
                "series_start = 1                       | a_series_is_bounded",
                "attempt = 6                            | a_series_is_bounded",
                "state = 'PROCESSING'                   | only_a_running_job_has_a_worker",
                "state = 'CANCELLED'                    | an_ended_job_has_an_end",
                "state = 'LOST'                         | invalid input value for enum",
            })
    void rejectsAnInvalidQueuedJob(String change, String refusal) {
        assertRefused("UPDATE jobs SET " + change, refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worker_id = NULL                       | only_a_running_job_has_a_worker",
                "lease_expires_at = NULL                | only_a_running_job_has_a_worker",
                "started_at = NULL                      | only_a_running_job_has_a_worker",
                "series_start = attempt                 | only_a_running_job_has_a_worker",
                "completed_at = now()                   | an_ended_job_has_an_end",
                "progress_stage = 'render'              | progress_has_a_stage",
                "progress_percent = 40                  | progress_has_a_stage",
                "progress_stage = 's', progress_percent = 101 | percentage_check",
                "attempt = 0                            | cannot fall",
                "state = 'COMPLETED', completed_at = now() | only_a_running_job_has_a_worker",
                "state = 'QUEUED'                       | only_a_running_job_has_a_worker",
            })
    void rejectsAnInvalidRunningJob(String change, String refusal) {
        queries.claim(jobId, "worker-1");
        assertRefused("UPDATE jobs SET " + change, refusal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"completed_at = NULL", "worker_id = 'w', lease_expires_at = now()"})
    void rejectsAnInvalidEndedJob(String change) {
        queries.succeed(jobId, queries.claim(jobId, "worker-1"), "{}");
        assertRefused("UPDATE jobs SET " + change, "violates check constraint");
    }

    static Stream<Arguments> moves() {
        return Stream.of(JobState.values())
                .flatMap(from -> Stream.of(JobState.values()).map(to -> Arguments.of(from, to)));
    }

    @ParameterizedTest(name = "{0} to {1}")
    @MethodSource("moves")
    void allowsTheStateTransitionsOfTheDomainOnly(JobState from, JobState to) {
        if (from != JobState.QUEUED) {
            // Bypasses the trigger because most states cannot be reached in one step.
            queries.jdbc().execute("ALTER TABLE jobs DISABLE TRIGGER jobs_move_legally");
            move(from);
            queries.jdbc().execute("ALTER TABLE jobs ENABLE TRIGGER jobs_move_legally");
        }
        if (from == to || from.next().contains(to)) {
            move(to);
            assertThat(queries.job("state", jobId)).isEqualTo(to.name());
        } else {
            assertThatThrownBy(() -> move(to))
                    .isInstanceOf(DataAccessException.class)
                    .hasMessageContaining("cannot move from %s to %s", from, to);
            assertThat(queries.job("state", jobId)).isEqualTo(from.name());
        }
    }

    private void move(JobState state) {
        queries.jdbc().update("UPDATE jobs SET state = '%s', %s".formatted(state, CONTENTS.get(state)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE job_states SET entered_at = now()",
                "UPDATE job_states SET metadata = '{}'",
                "DELETE FROM job_states",
                "TRUNCATE job_states",
                "TRUNCATE jobs CASCADE"
            })
    void rejectsChangesOfTheHistory(String statement) {
        assertRefused(statement, "append-only");
        assertThat(queries.history(jobId)).containsExactly("QUEUED");
    }

    @Test
    void deletesAJobWithAllItsRows() {
        queries.fail(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG");
        // No statement leaves a row of an ended job.
        queries.jdbc().update("INSERT INTO outbox (job_id, user_id, priority) VALUES (?::uuid, 'ann', 'low')", jobId);
        queries.jdbc().update("INSERT INTO webhook_secrets (user_id) VALUES ('ann') ON CONFLICT DO NOTHING");
        queries.jdbc()
                .update(
                        "INSERT INTO deliveries (job_id, user_id, type, url, body)"
                                + " VALUES (?::uuid, 'ann', 'job.failed', 'https://example.com', '{}')",
                        jobId);
        List<String> tables =
                List.of("job_states", "results", "outbox", "idempotency_keys", "dead_letters", "deliveries");
        for (String table : tables) {
            assertThat(queries.count(table)).as(table).isPositive();
        }
        queries.jdbc().update("DELETE FROM jobs");
        for (String table : tables) {
            assertThat(queries.count(table)).as(table).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1, true, NULL, 'CODE', NULL, false, 0      | a_failure_says_why",
                "1, false, NULL, NULL, 'message', false, 0  | a_failure_says_why",
                "1, false, NULL, 'CODE', NULL, false, 0     | a_failure_says_why",
                "1, true, NULL, NULL, NULL, true, 0         | a_success_is_final",
                "1, true, NULL, NULL, NULL, false, -1       | results_execution_time_ms_check",
                "0, true, NULL, NULL, NULL, false, 0        | positive_number_check",
                "1, false, NULL, '', 'message', false, 0    | code_text_check",
                "1, true, '{', NULL, NULL, false, 0         | invalid input syntax for type json",
            })
    void rejectsAnInvalidResult(String values, String refusal) {
        assertRefused(
                "INSERT INTO results (job_id, attempt, success, output, error_code, error_message, retryable,"
                        + " execution_time_ms) VALUES ('" + jobId + "', " + values + ")",
                refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "error_code = ''                              | code_text_check",
                "error_code = repeat('x', 65)                 | code_text_check",
                "attempts = -1                                | natural_number_check",
                "metadata = '[]'                              | json_map_check",
                "redriven_at = now(), redriven_by = 'op', discarded_at = now(), discarded_by = 'op' | settled_once",
                "discarded_at = now(), discarded_by = 'op', settled_at = now(), settled_why = 'w' | settled_once",
                "settled_at = now()                           | what_settles_itself_says_why",
                "settled_why = 'w'                            | what_settles_itself_says_why",
                "redriven_at = now()                          | a_redrive_is_somebodys",
                "redriven_by = 'op'                           | a_redrive_is_somebodys",
                "discarded_at = now()                         | a_discard_is_somebodys",
                "job_id = gen_random_uuid()                   | dead_letters_job_id_fkey",
                "message_id = 'm-2'                           | dead_letters_by_message",
            })
    void rejectsAnInvalidDeadLetter(String change, String refusal) {
        queries.jdbc()
                .update("INSERT INTO dead_letters (message_id, error_code, reason, error, attempts, metadata)"
                        + " VALUES ('m-1', 'CODE', 'r', 'e', 1, '{}'), ('m-2', 'CODE', 'r', 'e', 1, '{}')");
        assertRefused("UPDATE dead_letters SET " + change + " WHERE message_id = 'm-1'", refusal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "UPDATE idempotency_keys SET key = ''                      | short_text_check",
                "UPDATE idempotency_keys SET key = repeat('x', 256)        | short_text_check",
                "UPDATE idempotency_keys SET expires_at = created_at       | idempotency_keys_check",
                "UPDATE idempotency_keys SET job_id = gen_random_uuid()    | idempotency_keys_job_id_fkey",
                "INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, 'low' FROM jobs | outbox_job_id_key",
                "UPDATE outbox SET published_at = now()                    | what_is_in_flight_is_leased_for_good",
                "UPDATE outbox SET leased_until = 'infinity'               | what_is_in_flight_is_leased_for_good",
                "UPDATE outbox SET leased_until = 'infinity', published_at = now(), deferred = true "
                        + "| what_is_deferred_is_not_in_flight",
                "UPDATE outbox SET republished = -1                        | natural_number_check",
                "INSERT INTO outbox (job_id, user_id, priority) VALUES (gen_random_uuid(), 'ann', 'low') | outbox_job_id_fkey",
                "INSERT INTO job_states (job_id, state) VALUES (gen_random_uuid(), 'QUEUED') | job_states_job_id_fkey",
                "INSERT INTO job_states (job_id, state, metadata) SELECT id, 'QUEUED', '[]' FROM jobs "
                        + "| jsonb_map_check",
            })
    void rejectsOtherInvalidRows(String statement, String refusal) {
        assertRefused(statement, refusal);
    }

    @Test
    void idsAreUuidV7AndIncreaseWithTime() {
        Instant before = Instant.now().minusMillis(1);
        List<String> ids = queries.jdbc()
                .queryForList(
                        "SELECT uuid_v7()::text FROM generate_series(1, 2000) AS n, pg_sleep(n * 0) ", String.class);
        Instant after = Instant.now().plusMillis(1);
        assertThat(ids).doesNotHaveDuplicates().allSatisfy(text -> {
            UUID id = UUID.fromString(text);
            assertThat(id.version()).isEqualTo(7);
            assertThat(id.variant()).isEqualTo(2);
            assertThat(Instant.ofEpochMilli(id.getMostSignificantBits() >>> 16)).isBetween(before, after);
        });
        List<String> oneByOne = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            oneByOne.add(queries.jdbc().queryForObject("SELECT uuid_v7()::text", String.class));
        }
        assertThat(oneByOne).isSorted();
    }

    private void assertRefused(String statement, String refusal) {
        assertThatThrownBy(() -> queries.jdbc().update(statement))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining(refusal);
    }
}
