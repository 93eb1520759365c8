-- Deletes webhook secrets past their retention that sign no more deliveries: deliveries are deleted with their job, and
-- the user has no jobs left. Safe to run concurrently.
WITH old AS (
    SELECT user_id FROM webhook_secrets AS secret
    WHERE cast(:?secretSec AS double precision) > 0 AND used_at < now() - make_interval(secs => cast(:?secretSec AS double precision))
      AND NOT EXISTS (SELECT FROM jobs WHERE jobs.user_id = secret.user_id)
    ORDER BY used_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM webhook_secrets USING old
WHERE webhook_secrets.user_id = old.user_id
RETURNING webhook_secrets.user_id
