-- Deletes the webhook secrets that nobody has used for so long and that sign no delivery any more: a delivery goes with
-- its job, and its user has no job left. Any number of processes may do this at a time.
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
