-- This worker ends and gives these running jobs back: each waits again, with a message to go out. It was not the job
-- that failed, so the attempt, which stays as its fencing token, does not count against the series.
WITH own AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE id = ANY (ARRAY(SELECT job_id FROM json_to_recordset(cast(:?running AS json)) AS told (job_id uuid)))
    ORDER BY id
    FOR NO KEY UPDATE
), released AS (
    UPDATE jobs SET
        state = 'QUEUED',
        series_start = series_start + 1,
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        updated_at = now()
    FROM json_to_recordset(cast(:?running AS json)) AS running (job_id uuid, attempt integer)
    WHERE jobs.id = ANY (ARRAY(SELECT id FROM own)) AND jobs.id = running.job_id AND jobs.attempt = running.attempt
      AND jobs.state = 'PROCESSING' AND jobs.worker_id = :?workerId
    RETURNING jobs.id, jobs.user_id, jobs.state, jobs.attempt, jobs.priority
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state,
           jsonb_build_object('reason', 'worker_stopped', 'worker_id', cast(:?workerId AS text), 'attempt', attempt)
    FROM released
), message AS (
    INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM released
    ON CONFLICT (job_id) DO NOTHING
)
SELECT cast(id AS text) AS job_id, attempt FROM released
