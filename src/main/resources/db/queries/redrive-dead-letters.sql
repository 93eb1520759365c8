-- Requeues failed jobs with a new series of attempts: the job of one dead letter, or the jobs of the oldest letters
-- with an error code, of a group, or with one of the IDs. A letter counts once, and only while its job is FAILED. Returns a row for each redriven letter.
WITH due AS (
    SELECT letter.id
    FROM dead_letters AS letter JOIN jobs ON jobs.id = letter.job_id
    WHERE (letter.id = cast(:?letterId AS uuid) OR letter.error_code = :?errorCode OR letter.group_id = :?group
           OR letter.id = ANY (cast(:?letterIds AS uuid[])))
      AND letter.redriven_at IS NULL AND letter.discarded_at IS NULL AND letter.settled_at IS NULL
      AND jobs.state = 'FAILED'
    ORDER BY letter.created_at, letter.id
    LIMIT cast(:?limit AS integer)
    -- Locks jobs before letters, as rescue and retention do. Skips a job that another statement is changing.
    FOR NO KEY UPDATE OF jobs SKIP LOCKED
), settled AS (
    UPDATE dead_letters SET redriven_at = now(), redriven_by = :?userId
    FROM due
    WHERE dead_letters.id = due.id
      AND dead_letters.redriven_at IS NULL AND dead_letters.discarded_at IS NULL AND dead_letters.settled_at IS NULL
    RETURNING dead_letters.id, dead_letters.job_id
), queued AS (
    UPDATE jobs SET
        state = 'QUEUED',
        series_start = jobs.attempt,
        completed_at = NULL,
        updated_at = now()
    FROM (SELECT DISTINCT job_id FROM settled) AS letter
    WHERE jobs.id = letter.job_id
    RETURNING jobs.id, jobs.user_id, jobs.state, jobs.attempt, jobs.priority
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_build_object('reason', 'redrive', 'redriven_by', cast(:?userId AS text), 'attempt', attempt)
    FROM queued
), message AS (
    INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM queued
)
SELECT cast(settled.id AS text) AS id, cast(settled.job_id AS text) AS job_id FROM settled
ORDER BY settled.id
