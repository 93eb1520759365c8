-- Ends a job with the result of its current attempt. Returns one row; outcome is 'recorded', 'late' (the attempt is not
-- the current one; nothing changes), or 'unknown'. total_sec is the time since submission or redrive.
-- plan: keep
WITH ended AS (
    UPDATE jobs SET
        state = cast(CASE WHEN cast(:?success AS boolean) THEN 'COMPLETED' ELSE 'FAILED' END AS job_state),
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        completed_at = now(),
        updated_at = now()
    WHERE id = cast(:?jobId AS uuid) AND attempt = cast(:?attempt AS integer)
      -- As an enum, the planner might read all running jobs by their index to find the one with this ID.
      AND cast(state AS text) = 'PROCESSING'
    RETURNING *
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_strip_nulls(jsonb_build_object('attempt', attempt, 'error_code', cast(:?errorCode AS text)))
    FROM ended
), result AS (
    INSERT INTO results (job_id, attempt, success, output, error_code, error_message, retryable, execution_time_ms)
    SELECT id, attempt, cast(:?success AS boolean), cast(:?output AS json), :?errorCode, :?errorMessage,
           cast(:?retryable AS boolean), cast(:?executionTimeMs AS bigint)
    FROM ended
), letter AS (
    -- The worker's own dead letter has more details and replaces this one. If its topic is unavailable or loses it, the
    -- job can still be redriven.
    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, metadata)
    SELECT id, attempt, 'result:' || id || ':' || attempt, cast(:?errorCode AS text),
           replace(lower(cast(:?errorCode AS text)), '_', ' '), :?errorMessage, 1, NULL,
           json_build_object('attempt', attempt, 'data', cast(json_build_object(
               'job_id', id,
               'user_id', user_id,
               'content', content,
               'preset', preset,
               'metadata', metadata) AS text))
    FROM ended WHERE state = 'FAILED'
    ON CONFLICT DO NOTHING
)
SELECT CASE
    WHEN EXISTS (SELECT FROM ended) THEN 'recorded'
    WHEN EXISTS (SELECT FROM jobs WHERE id = cast(:?jobId AS uuid)) THEN 'late'
    ELSE 'unknown' END AS outcome,
       ended.user_id,
       ended.request_id,
       ended.preset,
       cast(extract(epoch FROM ended.completed_at - (
           SELECT max(entered_at) FROM job_states
           WHERE job_id = ended.id AND state = 'QUEUED' AND coalesce(metadata ->> 'reason', 'redrive') = 'redrive'))
           AS double precision) AS total_sec
FROM (SELECT) AS one LEFT JOIN ended ON true
