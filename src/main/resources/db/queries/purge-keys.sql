-- Deletes expired idempotency keys. Safe to run concurrently.
WITH expired AS (
    SELECT user_id, key FROM idempotency_keys
    WHERE expires_at <= now()
    ORDER BY expires_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM idempotency_keys AS keys USING expired
WHERE keys.user_id = expired.user_id AND keys.key = expired.key
RETURNING keys.user_id
