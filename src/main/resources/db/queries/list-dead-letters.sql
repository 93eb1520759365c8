-- A page of the dead letters that are not discarded or automatically settled, newest first; of a group, only those that
-- wait for an operator. The page has one row more than is shown.
SELECT cast(id AS text) AS id,
       cast(job_id AS text) AS job_id,
       error_code,
       reason,
       error,
       attempts,
       route,
       pipeline,
       step,
       file,
       line,
       group_id AS "group",
       iso8601(created_at) AS created_at,
       iso8601(redriven_at) AS redriven_at,
       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor_position
FROM dead_letters
WHERE discarded_at IS NULL AND settled_at IS NULL
  AND (cast(:?errorCode AS text) IS NULL OR error_code = :?errorCode)
  AND (cast(:?group AS text) IS NULL OR (group_id = :?group AND redriven_at IS NULL))
  AND (cast(:?cursorId AS uuid) IS NULL
       OR (created_at, id) < (cast(:?cursorCreatedAt AS timestamptz), cast(:?cursorId AS uuid)))
ORDER BY dead_letters.created_at DESC, dead_letters.id DESC
LIMIT cast(:?rows AS integer)
