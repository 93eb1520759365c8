-- Ends jobs with the results of their current attempts. Returns a row for each result; outcome is 'recorded', 'late' (the
-- attempt is not the current one; nothing changes), or 'unknown'. total_sec is the time since submission or redrive.
-- plan: keep
WITH told AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY job_id, attempt ORDER BY n) AS nth
    FROM unnest(
        -- In a subquery, so that the planner does not see the size of the group and one plan fits all sizes.
        (SELECT cast(:*jobId AS uuid[])),
        cast(:*attempt AS integer[]), cast(:*success AS boolean[]), cast(:*output AS json[]), cast(:*errorCode AS text[]),
        cast(:*errorMessage AS text[]), cast(:*retryable AS boolean[]), cast(:*executionTimeMs AS bigint[]))
        WITH ORDINALITY
        AS told (job_id, attempt, success, output, error_code, error_message, retryable, execution_time_ms, n)
), running AS MATERIALIZED (
    -- Locks jobs by ID, as all statements do.
    SELECT id FROM jobs
    WHERE id = ANY (ARRAY(SELECT job_id FROM told))
      -- As an enum, the planner might read all running jobs by their index to find those with these IDs.
      AND cast(state AS text) = 'PROCESSING'
    ORDER BY id
    FOR NO KEY UPDATE
), ended AS (
    UPDATE jobs SET
        state = cast(CASE WHEN told.success THEN 'COMPLETED' ELSE 'FAILED' END AS job_state),
        worker_id = NULL,
        lease_expires_at = NULL,
        progress_stage = NULL,
        progress_percent = NULL,
        completed_at = now(),
        updated_at = now()
    FROM running JOIN told ON told.job_id = running.id AND nth = 1
    WHERE jobs.id = running.id AND jobs.attempt = told.attempt AND cast(state AS text) = 'PROCESSING'
    RETURNING jobs.*, n, success, output, error_code, error_message, retryable, execution_time_ms
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_strip_nulls(jsonb_build_object('attempt', attempt, 'error_code', error_code)) FROM ended
), result AS (
    INSERT INTO results (job_id, attempt, success, output, error_code, error_message, retryable, execution_time_ms)
    SELECT id, attempt, success, output, error_code, error_message, retryable, execution_time_ms FROM ended
), letter AS (
    -- The worker's own dead letter has more details and replaces this one. If its topic is unavailable or loses it, the
    -- job can still be redriven.
    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, pipeline, metadata)
    SELECT id, attempt, 'result:' || id || ':' || attempt, error_code, replace(lower(error_code), '_', ' '),
           error_message, 1, pipeline,
           json_build_object('attempt', attempt, 'data', cast(json_build_object(
               'job_id', id,
               'user_id', user_id,
               'content', content,
               'preset', preset,
               'metadata', metadata) AS text))
    FROM ended WHERE state = 'FAILED'
    ON CONFLICT DO NOTHING
)
SELECT told.n,
       CASE
           WHEN ended.id IS NOT NULL THEN 'recorded'
           WHEN (SELECT true FROM jobs WHERE id = told.job_id) THEN 'late'
           ELSE 'unknown' END AS outcome,
       ended.user_id,
       ended.request_id,
       ended.preset,
       cast(extract(epoch FROM ended.completed_at - (
           SELECT max(entered_at) FROM job_states
           WHERE job_id = ended.id AND state = 'QUEUED' AND coalesce(metadata ->> 'reason', 'redrive') = 'redrive'))
           AS double precision) AS total_sec
FROM told LEFT JOIN ended ON ended.n = told.n
