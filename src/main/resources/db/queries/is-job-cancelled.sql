-- Whether a job was cancelled during this attempt. Returns one row.
-- plan: keep
SELECT EXISTS (
    SELECT FROM jobs
    WHERE id = cast(:?jobId AS uuid) AND attempt = cast(:?attempt AS integer)
      -- As an enum, the planner might read all cancelled jobs by their index to find the one with this ID.
      AND cast(state AS text) = 'CANCELLED') AS cancelled
