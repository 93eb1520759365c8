-- Deletes jobs that ended long ago, with their history, results, keys and dead letters, the oldest first. Any number of
-- processes may do this at a time.
WITH old AS (
    SELECT id FROM jobs
    WHERE completed_at < now() - make_interval(secs => cast(:?keepSec AS double precision))
    ORDER BY completed_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM jobs USING old WHERE jobs.id = old.id
RETURNING cast(jobs.id AS text) AS job_id
