-- A page of the caller's jobs, newest first, with one row more than is shown, to detect a next page. The connection
-- plans each call for its values (prepareThreshold=0), so null filters cost nothing.
WITH page AS MATERIALIZED (
    -- Selects only IDs first, so the content of rows skipped by OFFSET is not read.
    SELECT id FROM jobs
    WHERE user_id = :?userId
      AND (cast(:?status AS text) IS NULL OR state = job_state_named(:?status))
      AND (cast(:?preset AS text) IS NULL OR preset = :?preset)
      AND (cast(:?cursorId AS uuid) IS NULL
           OR (created_at, id) < (cast(:?cursorCreatedAt AS timestamptz), cast(:?cursorId AS uuid)))
    ORDER BY created_at DESC, id DESC
    OFFSET cast(:?offset AS integer)
    LIMIT cast(:?rows AS integer)
)
SELECT cast(job.id AS text) AS job_id,
       cast(job.state AS text) AS status,
       job.preset,
       left(job.content, 100) AS content_preview,
       job.duration_sec,
       job.progress_stage,
       job.progress_percent,
       results.error_code,
       (
           SELECT artifact ->> 'url'
           -- The output is free-form, and a custom pipeline may use this key for something else.
           FROM json_array_elements(CASE json_typeof(results.output -> 'artifacts')
               WHEN 'array' THEN results.output -> 'artifacts' ELSE '[]' END) AS artifact
           WHERE json_typeof(artifact) = 'object' AND artifact ->> 'type' LIKE 'image/%'
           LIMIT 1
       ) AS poster,
       iso8601(job.created_at) AS created_at,
       iso8601(job.updated_at) AS updated_at,
       iso8601(job.started_at) AS started_at,
       iso8601(job.completed_at) AS completed_at,
       to_char(job.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_position
-- LIMIT has no effect except to make the planner use one index lookup per job.
FROM page, LATERAL (SELECT * FROM jobs WHERE jobs.id = page.id LIMIT 1) AS job
LEFT JOIN LATERAL (
    SELECT * FROM results
    WHERE results.job_id = job.id AND results.attempt = job.attempt AND job.completed_at IS NOT NULL LIMIT 1
) AS results ON true
-- Qualified, because created_at alone is the text above, which has only milliseconds.
ORDER BY job.created_at DESC, job.id DESC
