-- Cancels the caller's job, whether it waits or runs. A worker's remaining work on it is discarded, and its message is
-- not published if that has not happened yet. Returns 'cancelled', 'cancelled-before', or 'ended', and no row if the
-- caller has no such job.
WITH job AS (
    SELECT id, state, worker_id FROM jobs
    WHERE id = cast(:?jobId AS uuid) AND user_id = :?userId
    -- Sees the state that a concurrent statement leaves, so the outcome is never stale.
    FOR NO KEY UPDATE
), cancelled AS (
    UPDATE jobs SET
        state = 'CANCELLED',
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        completed_at = now(),
        updated_at = now()
    FROM job WHERE jobs.id = job.id AND job.state IN ('QUEUED', 'PROCESSING')
    RETURNING jobs.id, jobs.state, jobs.attempt, job.worker_id
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_strip_nulls(jsonb_build_object(
        'attempt', CASE WHEN worker_id IS NOT NULL THEN attempt END, 'worker_id', worker_id))
    FROM cancelled
)
SELECT CASE
    WHEN EXISTS (SELECT FROM cancelled) THEN 'cancelled'
    WHEN state = 'CANCELLED' THEN 'cancelled-before'
    ELSE 'ended' END AS outcome
FROM job
