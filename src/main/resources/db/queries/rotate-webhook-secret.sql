-- A new secret for the caller's webhooks. The old one signs as well for a day, so that receivers have time to change.
WITH rotated AS (
    INSERT INTO webhook_secrets AS known (user_id) VALUES (:?userId)
    ON CONFLICT (user_id) DO UPDATE SET
        secret = new_webhook_secret(),
        created_at = now(),
        used_at = now(),
        previous_secret = known.secret,
        previous_until = now() + interval '24 hours'
    RETURNING *
)
SELECT cast(json_build_object(
    'secret', secret,
    'created_at', iso8601(created_at),
    'previous_secret_expires_at', iso8601(previous_until)) AS text) AS document
FROM rotated
