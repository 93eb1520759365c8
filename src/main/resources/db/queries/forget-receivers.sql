-- Deletes receivers without recent calls. Safe to run concurrently.
WITH old AS (
    SELECT user_id, receiver FROM webhook_receivers
    WHERE changed_at < now() - interval '2 days'
    ORDER BY changed_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM webhook_receivers AS receivers USING old
WHERE receivers.user_id = old.user_id AND receivers.receiver = old.receiver
RETURNING receivers.user_id
