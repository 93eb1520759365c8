-- Deletes jobs past their retention, oldest first, with their history, results, keys, and dead letters. Safe to run
-- concurrently.
WITH old AS (
    SELECT id FROM jobs
    WHERE completed_at < now() - make_interval(secs => cast(:?keepSec AS double precision))
    ORDER BY completed_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM jobs USING old WHERE jobs.id = old.id
RETURNING cast(jobs.id AS text) AS job_id
