-- A page of the caller's jobs, newest first; the caller asks for one row more than it shows, to see whether more follow.
-- The connection plans each call by its values (prepareThreshold=0), so the filters that are null cost nothing.
SELECT cast(id AS text) AS job_id,
       cast(state AS text) AS status,
       preset,
       left(content, 100) AS content_preview,
       iso8601(created_at) AS created_at,
       iso8601(updated_at) AS updated_at,
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_position
FROM jobs
WHERE user_id = :?userId
  AND (cast(:?status AS text) IS NULL OR state = job_state_named(:?status))
  AND (cast(:?preset AS text) IS NULL OR preset = :?preset)
  AND (cast(:?cursorJobId AS uuid) IS NULL
       OR (created_at, id) < (cast(:?cursorCreatedAt AS timestamptz), cast(:?cursorJobId AS uuid)))
-- Qualified: created_at alone is the text above, by which no index sorts and which holds milliseconds only.
ORDER BY jobs.created_at DESC, jobs.id DESC
OFFSET cast(:?offset AS integer)
LIMIT cast(:?rows AS integer)
