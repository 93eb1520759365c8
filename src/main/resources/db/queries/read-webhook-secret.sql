-- The secret that signs the caller's webhooks, made when it is first asked for.
WITH made AS (
    INSERT INTO webhook_secrets (user_id) VALUES (:?userId)
    ON CONFLICT (user_id) DO UPDATE SET used_at = now()
    RETURNING *
)
SELECT cast(json_build_object(
    'secret', secret,
    'created_at', iso8601(created_at),
    'previous_secret_expires_at', CASE WHEN previous_until > now() THEN iso8601(previous_until) END) AS text) AS document
FROM made
