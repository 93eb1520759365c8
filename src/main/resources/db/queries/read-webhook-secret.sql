-- The secret that signs the caller's webhooks; created on first use.
WITH used AS (
    UPDATE webhook_secrets SET used_at = now() WHERE user_id = :?userId AND used_at < now() - interval '1 day'
), known AS (
    SELECT * FROM webhook_secrets WHERE user_id = :?userId
), made AS (
    INSERT INTO webhook_secrets (user_id) SELECT :?userId WHERE NOT EXISTS (SELECT FROM known)
    -- Has no effect except to return a row that another call created at the same moment.
    ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id
    RETURNING *
), secret AS (
    SELECT * FROM known UNION ALL SELECT * FROM made
)
SELECT cast(json_build_object(
    'secret', secret.secret,
    'created_at', iso8601(secret.created_at),
    'previous_secret_expires_at', (
        SELECT iso8601(max(expires_at)) FROM previous_webhook_secrets AS previous
        WHERE previous.user_id = secret.user_id AND expires_at > now())) AS text) AS document
FROM secret
