-- Deletes the webhook secrets that nobody has used for so long and that sign no delivery any more. Any number of processes
-- may do this at a time.
WITH old AS (
    SELECT user_id FROM webhook_secrets AS secret
    WHERE used_at < now() - make_interval(secs => cast(:?keepSec AS double precision))
      AND NOT EXISTS (SELECT FROM deliveries WHERE deliveries.user_id = secret.user_id)
    ORDER BY used_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM webhook_secrets USING old
WHERE webhook_secrets.user_id = old.user_id
RETURNING webhook_secrets.user_id
