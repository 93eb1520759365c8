-- Requeues jobs whose worker let the lease expire. Fails a job that has used up its series of attempts.
WITH stuck AS (
    SELECT id, worker_id, attempt - series_start >= max_attempts AS exhausted
    FROM jobs
    WHERE state = 'PROCESSING' AND lease_expires_at < now()
    ORDER BY updated_at
    LIMIT cast(:?batchSize AS integer)
    FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE jobs SET
        state = cast(CASE WHEN stuck.exhausted THEN 'FAILED' ELSE 'QUEUED' END AS job_state),
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        completed_at = CASE WHEN stuck.exhausted THEN now() END,
        updated_at = now()
    FROM stuck WHERE jobs.id = stuck.id
    RETURNING jobs.id, jobs.user_id, jobs.state, jobs.attempt, jobs.priority, stuck.worker_id AS lost_worker
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_build_object('reason', 'lease_expired', 'worker_id', lost_worker, 'attempt', attempt)
    FROM moved
), message AS (
    INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM moved WHERE state = 'QUEUED'
), result AS (
    INSERT INTO results (job_id, attempt, success, error_code, error_message, retryable, execution_time_ms)
    SELECT id, attempt, false, 'ATTEMPTS_EXHAUSTED', 'Every worker that took this job was lost.', true, 0
    FROM moved WHERE state = 'FAILED'
), letter AS (
    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, metadata)
    SELECT id, attempt, 'rescue:' || id || ':' || attempt, 'ATTEMPTS_EXHAUSTED',
           'attempts exhausted', 'Every worker that took this job was lost.', attempt, 'rescue-jobs', '{}'
    FROM moved WHERE state = 'FAILED'
    ON CONFLICT DO NOTHING
)
SELECT cast(id AS text) AS job_id, cast(state AS text) AS state, attempt FROM moved
