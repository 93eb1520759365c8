-- Claims waiting jobs for this worker: increments the attempt and starts a lease. Returns a row for each asked job;
-- outcome is 'claimed', 'not-waiting' (another worker has it or it has ended: the message is a duplicate), or
-- 'unknown'. waited_sec is the job's waiting time; published_sec is when its message was published, in seconds since the
-- epoch, or null if unknown. variables is what earlier attempts remembered, as a JSON object; null if that is nothing.
-- plan: keep
WITH asked AS MATERIALIZED (
    SELECT *, row_number() OVER (PARTITION BY job_id ORDER BY n) AS nth
    FROM unnest(
        -- In a subquery, so that the planner does not see the size of the group and one plan fits all sizes.
        (SELECT cast(:*jobId AS uuid[])),
        cast(:*workerId AS text[]), cast(:*pipeline AS text[]), cast(:*revision AS text[]))
        WITH ORDINALITY AS asked (job_id, worker_id, pipeline, revision, n)
), waiting AS MATERIALIZED (
    -- Locks jobs by ID, as all statements do.
    SELECT id FROM jobs
    WHERE id = ANY (ARRAY(SELECT job_id FROM asked)) AND attempt - series_start < max_attempts
      -- As an enum, the planner might step over all waiting jobs in an index by state to find those with these IDs.
      AND cast(state AS text) = 'QUEUED'
    ORDER BY id
    FOR NO KEY UPDATE
), claimed AS (
    UPDATE jobs SET
        state = 'PROCESSING',
        attempt = attempt + 1,
        worker_id = asked.worker_id,
        pipeline = asked.pipeline,
        revision = asked.revision,
        lease_expires_at = now() + make_interval(secs => cast(:?leaseSec AS double precision)),
        started_at = coalesce(started_at, now()),
        updated_at = now()
    FROM waiting JOIN asked ON asked.job_id = waiting.id AND nth = 1
    WHERE jobs.id = waiting.id AND attempt - series_start < max_attempts AND cast(state AS text) = 'QUEUED'
    RETURNING jobs.*, n
), history AS (
    INSERT INTO job_states (job_id, state, metadata)
    SELECT id, state, jsonb_strip_nulls(jsonb_build_object(
        'worker_id', worker_id, 'attempt', attempt, 'pipeline', pipeline, 'revision', revision))
    FROM claimed
)
SELECT asked.n,
       CASE
           WHEN claimed.id IS NOT NULL THEN 'claimed'
           WHEN (SELECT true FROM jobs WHERE id = asked.job_id) THEN 'not-waiting'
           ELSE 'unknown' END AS outcome,
       attempt,
       CASE WHEN claimed.id IS NOT NULL THEN cast(json_build_object(
           'job_id', id,
           'user_id', user_id,
           'content', content,
           'preset', preset,
           'metadata', metadata,
           'lang', lang,
           'duration_sec', duration_sec) AS text) END AS job,
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
FROM asked LEFT JOIN claimed ON claimed.n = asked.n
