-- Releases running jobs of a worker that shuts down or is broken: each is queued again, with a message in the outbox.
-- The job did not fail, so the attempt, which stays the fencing token, does not count against the series. If a job may
-- have broken the worker (suspect), this holds for three attempts of the series; after that, jobs stay as they are
-- until rescue-jobs counts them. Returns the released jobs.
WITH told AS MATERIALIZED (
    SELECT * FROM json_to_recordset(cast(:?running AS json)) AS told (job_id uuid, attempt integer)
), mine AS MATERIALIZED (
    SELECT jobs.id FROM jobs JOIN told ON told.job_id = jobs.id AND told.attempt = jobs.attempt
    WHERE jobs.state = 'PROCESSING' AND jobs.worker_id = :?workerId
      AND (cast(:?suspect AS boolean) IS NOT TRUE OR 3 > (
        SELECT count(*) FROM job_states
        WHERE job_id = jobs.id AND metadata ->> 'reason' = 'worker_fault' AND id > coalesce((
            SELECT max(id) FROM job_states WHERE job_id = jobs.id AND metadata ->> 'reason' = 'redrive'), 0)))
    ORDER BY jobs.id
    FOR NO KEY UPDATE OF jobs
), released AS (
    UPDATE jobs SET
        state = 'QUEUED',
        series_start = series_start + 1,
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        updated_at = now()
    WHERE id = ANY (ARRAY(SELECT id FROM mine))
    RETURNING id, user_id, state, attempt, priority
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_build_object(
        'reason', cast(:?releaseReason AS text), 'worker_id', cast(:?workerId AS text), 'attempt', attempt)
    FROM released
), message AS (
    INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM released
)
SELECT cast(id AS text) AS job_id, attempt FROM released
