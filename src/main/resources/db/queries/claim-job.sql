-- Claims a waiting job for this worker: increments the attempt and starts a lease. Returns one row; outcome is
-- 'claimed', 'not-waiting' (another worker has it or it has ended: the message is a duplicate), or 'unknown'.
-- waited_sec is the job's waiting time; published_sec is when its message was published, in seconds since the epoch, or
-- null if unknown. variables is what earlier attempts remembered, as a JSON object; null if that is nothing.
-- plan: keep
WITH claimed AS (
    UPDATE jobs SET
        state = 'PROCESSING',
        attempt = attempt + 1,
        worker_id = :?workerId,
        pipeline = :?pipeline,
        revision = :?revision,
        lease_expires_at = now() + make_interval(secs => cast(:?leaseSec AS double precision)),
        started_at = coalesce(started_at, now()),
        updated_at = now()
    WHERE id = cast(:?jobId AS uuid) AND attempt - series_start < max_attempts
      -- As an enum, the planner might read all waiting jobs by their index to find the one with this ID.
      AND cast(state AS text) = 'QUEUED'
    RETURNING *
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_strip_nulls(jsonb_build_object(
        'worker_id', worker_id, 'attempt', attempt, 'pipeline', pipeline, 'revision', revision))
    FROM claimed
)
SELECT 'claimed' AS outcome,
       attempt,
       cast(json_build_object(
           'job_id', id,
           'user_id', user_id,
           'content', content,
           'preset', preset,
           'metadata', metadata,
           'lang', lang,
           'duration_sec', duration_sec) AS text) AS job,
       user_id,
       request_id,
       preset,
       cast(priority AS text) AS priority,
       cast(extract(epoch FROM updated_at - (
           SELECT max(entered_at) FROM job_states WHERE job_id = claimed.id AND state = 'QUEUED')) AS double precision)
           AS waited_sec,
       -- If not confirmed yet, it was published just now; but for a job that ran before, this may be an older message.
       cast(extract(epoch FROM coalesce(
           (SELECT published_at FROM outbox WHERE job_id = claimed.id), CASE WHEN attempt = 1 THEN now() END))
           AS double precision) AS published_sec,
       (SELECT cast(json_object_agg(name, value) AS text) FROM job_variables WHERE job_id = claimed.id) AS variables
FROM claimed
UNION ALL
SELECT CASE WHEN EXISTS (SELECT FROM jobs WHERE id = cast(:?jobId AS uuid)) THEN 'not-waiting' ELSE 'unknown' END,
       NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
WHERE NOT EXISTS (SELECT FROM claimed)
