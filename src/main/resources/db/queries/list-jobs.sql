-- One page of the caller's jobs, newest first, and one row more where another page follows.
-- The connection plans each call by its values (prepareThreshold=0), so the filters that are null cost nothing.
SELECT cast(id AS text) AS job_id,
       cast(state AS text) AS status,
       preset,
       left(content, 100) AS content_preview,
       iso8601(created_at) AS created_at,
       iso8601(updated_at) AS updated_at,
       cast(created_at AS text) AS cursor_created_at
FROM jobs
WHERE user_id = :?userId
  AND (cast(:?status AS job_state) IS NULL OR state = cast(:?status AS job_state))
  AND (cast(:?preset AS text) IS NULL OR preset = :?preset)
  AND (cast(:?cursorJobId AS uuid) IS NULL
       OR (created_at, id) < (cast(:?cursorCreatedAt AS timestamptz), cast(:?cursorJobId AS uuid)))
ORDER BY created_at DESC, id DESC
OFFSET cast(:?offset AS integer)
LIMIT cast(:?limit AS integer) + 1
