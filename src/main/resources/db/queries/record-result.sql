-- Ends a job with what its present attempt came to. Answers one row; outcome is 'recorded', 'late' (the attempt is
-- not the running one: it changes nothing) or 'unknown'.
WITH ended AS (
    UPDATE jobs SET
        state = cast(CASE WHEN cast(:?success AS boolean) THEN 'COMPLETED' ELSE 'FAILED' END AS job_state),
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        completed_at = now(),
        updated_at = now()
    WHERE id = cast(:?jobId AS uuid) AND state = 'PROCESSING' AND attempt = cast(:?attempt AS integer)
    RETURNING id, state, attempt
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_strip_nulls(jsonb_build_object('attempt', attempt, 'error_code', cast(:?errorCode AS text)))
    FROM ended
), result AS (
    INSERT INTO results (job_id, attempt, success, output, error_code, error_message, retryable, execution_time_ms)
    SELECT id, attempt, cast(:?success AS boolean), cast(:?output AS json), :?errorCode, :?errorMessage,
           cast(:?retryable AS boolean), cast(:?executionTimeMs AS bigint)
    FROM ended
)
SELECT CASE
    WHEN EXISTS (SELECT FROM ended) THEN 'recorded'
    WHEN EXISTS (SELECT FROM jobs WHERE id = cast(:?jobId AS uuid)) THEN 'late'
    ELSE 'unknown' END AS outcome
