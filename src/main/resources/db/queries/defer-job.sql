-- The pipeline of a published job has no free slot in the worker that received its message: the job returns to the
-- outbox, and is published again after a pause. Returns no row if the job is not queued, or if its publication is not
-- confirmed yet.
WITH deferred AS (
    UPDATE jobs SET published_at = NULL
    WHERE id = cast(:?jobId AS uuid) AND published_at IS NOT NULL
      -- As an enum, the planner might read all waiting jobs by their index to find the one with this ID.
      AND cast(state AS text) = 'QUEUED'
    RETURNING id, user_id, priority
)
INSERT INTO outbox (job_id, user_id, priority, leased_until)
SELECT id, user_id, priority, now() + make_interval(secs => cast(:?pauseSec AS double precision)) FROM deferred
ON CONFLICT DO NOTHING
RETURNING cast(job_id AS text) AS job_id
