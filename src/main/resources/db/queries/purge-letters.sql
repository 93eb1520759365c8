-- Deletes dead letters without a job that are past their retention; those of a job are deleted with it. Safe to run
-- concurrently.
WITH old AS (
    SELECT id FROM dead_letters
    WHERE cast(:?letterSec AS double precision) > 0 AND job_id IS NULL AND created_at < now() - make_interval(secs => cast(:?letterSec AS double precision))
    ORDER BY created_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM dead_letters USING old WHERE dead_letters.id = old.id
RETURNING cast(dead_letters.id AS text) AS id
