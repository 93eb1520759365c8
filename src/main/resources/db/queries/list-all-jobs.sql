-- A page of the jobs of all users, newest first, with one row more than is shown. Of the three parts, only one runs: the
-- connection plans each call for its values (prepareThreshold=0), and the planner drops the others. Without a user, jobs are
-- ordered by ID, which contains the submission time, so that no index of the time is written for each job.
WITH page AS MATERIALIZED (
    (
        SELECT id FROM jobs
        WHERE user_id = :?ofUser
          AND (cast(:?status AS text) IS NULL OR state = job_state_named(:?status))
          AND (cast(:?preset AS text) IS NULL OR preset = :?preset)
          AND (cast(:?pipeline AS text) IS NULL OR pipeline = :?pipeline)
          AND (cast(:?errorCode AS text) IS NULL OR EXISTS (
              SELECT FROM results
              WHERE job_id = jobs.id AND results.attempt = jobs.attempt AND error_code = :?errorCode))
          AND (cast(:?since AS timestamptz) IS NULL OR created_at >= cast(:?since AS timestamptz))
          AND (cast(:?until AS timestamptz) IS NULL OR created_at < cast(:?until AS timestamptz))
          AND (cast(:?cursorId AS uuid) IS NULL
               OR (created_at, id) < (cast(:?cursorCreatedAt AS timestamptz), cast(:?cursorId AS uuid)))
        ORDER BY created_at DESC, id DESC
        LIMIT cast(:?rows AS integer)
    ) UNION ALL (
        SELECT outbox.job_id AS id FROM outbox JOIN jobs ON jobs.id = outbox.job_id
        WHERE cast(:?ofUser AS text) IS NULL AND cast(:?status AS text) = 'QUEUED'
          AND (cast(:?preset AS text) IS NULL OR preset = :?preset)
          AND (cast(:?pipeline AS text) IS NULL OR pipeline = :?pipeline)
          AND (cast(:?sinceId AS uuid) IS NULL OR outbox.job_id >= cast(:?sinceId AS uuid))
          AND (cast(:?untilId AS uuid) IS NULL OR outbox.job_id < cast(:?untilId AS uuid))
          AND (cast(:?cursorId AS uuid) IS NULL OR outbox.job_id < cast(:?cursorId AS uuid))
        ORDER BY outbox.job_id DESC
        LIMIT cast(:?rows AS integer)
    ) UNION ALL (
        SELECT id FROM jobs
        WHERE cast(:?ofUser AS text) IS NULL AND cast(:?status AS text) IS DISTINCT FROM 'QUEUED'
          AND (cast(:?status AS text) IS NULL OR state = job_state_named(:?status))
          AND (cast(:?preset AS text) IS NULL OR preset = :?preset)
          AND (cast(:?pipeline AS text) IS NULL OR pipeline = :?pipeline)
          AND (cast(:?errorCode AS text) IS NULL OR EXISTS (
              SELECT FROM results
              WHERE job_id = jobs.id AND results.attempt = jobs.attempt AND error_code = :?errorCode))
          AND (cast(:?sinceId AS uuid) IS NULL OR id >= cast(:?sinceId AS uuid))
          AND (cast(:?untilId AS uuid) IS NULL OR id < cast(:?untilId AS uuid))
          AND (cast(:?cursorId AS uuid) IS NULL OR id < cast(:?cursorId AS uuid))
        ORDER BY id DESC
        LIMIT cast(:?rows AS integer)
    )
)
SELECT cast(job.id AS text) AS job_id,
       job.user_id,
       cast(job.state AS text) AS status,
       job.preset,
       job.pipeline,
       job.revision,
       job.attempt,
       (SELECT error_code FROM results WHERE job_id = job.id AND results.attempt = job.attempt) AS error_code,
       left(job.content, 100) AS content_preview,
       iso8601(job.created_at) AS created_at,
       iso8601(job.started_at) AS started_at,
       iso8601(job.completed_at) AS completed_at,
       to_char(job.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_position
-- LIMIT has no effect except to make the planner use one index lookup per job.
FROM page, LATERAL (SELECT * FROM jobs WHERE jobs.id = page.id LIMIT 1) AS job
ORDER BY CASE WHEN cast(:?ofUser AS text) IS NOT NULL THEN job.created_at END DESC, job.id DESC
