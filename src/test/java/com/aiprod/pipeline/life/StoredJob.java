package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.JobState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A job as stored in the database.
 *
 * @param worker the worker that runs it, or null
 * @param inOutbox whether it has an outbox row
 * @param onItsWay whether it counts as published but not yet claimed
 * @param republished how often its message was considered lost since it was queued
 * @param results the results of its series, oldest first
 */
record StoredJob(
        String id,
        JobState state,
        int attempt,
        int seriesStart,
        String worker,
        boolean inOutbox,
        boolean onItsWay,
        int republished,
        List<Entry> history,
        List<Result> results) {

    /** @param attempt the attempt that the entry names, or null */
    record Entry(JobState state, Integer attempt) {}

    /** @param author the attempt that wrote it, or null if no worker wrote it */
    record Result(int attempt, boolean success, Integer author) {}

    static final String QUERY = """
            SELECT cast(jobs.id AS text), state, attempt, series_start, worker_id,
                outbox.id IS NOT NULL AS in_outbox, published_at IS NOT NULL AS on_its_way, republished,
                ARRAY(SELECT state FROM job_states WHERE job_id = jobs.id ORDER BY job_states.id)::text[] AS states,
                ARRAY(SELECT cast(metadata ->> 'attempt' AS integer) FROM job_states
                      WHERE job_id = jobs.id ORDER BY job_states.id) AS attempts,
                ARRAY(SELECT cast(attempt AS integer) FROM results WHERE job_id = jobs.id ORDER BY attempt) AS result_attempts,
                ARRAY(SELECT success FROM results WHERE job_id = jobs.id ORDER BY attempt) AS successes,
                ARRAY(SELECT cast(coalesce(output ->> 'author', substring(error_message FROM '^by (\\d+)$')) AS integer)
                      FROM results WHERE job_id = jobs.id ORDER BY attempt) AS authors
            FROM jobs LEFT JOIN outbox ON outbox.job_id = jobs.id ORDER BY jobs.id
            """;

    static StoredJob read(ResultSet row) throws SQLException {
        List<Entry> history = new ArrayList<>();
        Object[] states = array(row, "states");
        Object[] attempts = array(row, "attempts");
        for (int i = 0; i < states.length; i++) {
            history.add(new Entry(JobState.valueOf((String) states[i]), (Integer) attempts[i]));
        }
        List<Result> results = new ArrayList<>();
        Object[] resultAttempts = array(row, "result_attempts");
        Object[] successes = array(row, "successes");
        Object[] authors = array(row, "authors");
        for (int i = 0; i < resultAttempts.length; i++) {
            results.add(new Result((Integer) resultAttempts[i], (Boolean) successes[i], (Integer) authors[i]));
        }
        return new StoredJob(
                row.getString("id"),
                JobState.valueOf(row.getString("state")),
                row.getInt("attempt"),
                row.getInt("series_start"),
                row.getString("worker_id"),
                row.getBoolean("in_outbox"),
                row.getBoolean("on_its_way"),
                row.getInt("republished"),
                history,
                results);
    }

    private static Object[] array(ResultSet row, String column) throws SQLException {
        return (Object[]) row.getArray(column).getArray();
    }

    List<JobState> states() {
        return history.stream().map(Entry::state).toList();
    }

    /** Checks the invariants of a job, which hold at every moment, under any concurrency. */
    void check() {
        assertThat(states()).as("history of %s", id).startsWith(JobState.QUEUED).endsWith(state);
        int claims = 0;
        List<Integer> ended = new ArrayList<>();
        for (int i = 1; i < history.size(); i++) {
            JobState from = history.get(i - 1).state();
            Entry to = history.get(i);
            assertThat(from.next()).as("moves from %s in %s", from, this).contains(to.state());
            switch (to.state()) {
                case PROCESSING ->
                    assertThat(to.attempt())
                            .as("each claim is a new attempt: %s", this)
                            .isEqualTo(++claims);
                case COMPLETED, FAILED -> {
                    assertThat(to.attempt())
                            .as("only the running attempt ends a job: %s", this)
                            .isEqualTo(claims);
                    ended.add(claims);
                }
                case QUEUED, CANCELLED -> {}
            }
        }
        assertThat(attempt).as("attempts of %s", this).isEqualTo(claims);
        assertThat(results.stream().map(Result::attempt))
                .as("each end has a result: %s", this)
                .isEqualTo(ended);
        for (Result result : results) {
            assertThat(result.author())
                    .as("a result belongs to its attempt: %s", this)
                    .isIn(result.attempt(), null);
        }
        assertThat(inOutbox)
                .as("a job is in the outbox exactly while it is queued: %s", this)
                .isEqualTo(state == JobState.QUEUED);
    }
}
