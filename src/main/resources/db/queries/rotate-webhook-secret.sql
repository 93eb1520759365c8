-- Creates a new secret for the caller's webhooks. Unless revoked, the old secret also signs for one more day, so that
-- receivers can change, and so do earlier ones until their own day is over. Returns one row; its document is null if
-- four old secrets still sign.
WITH known AS (
    SELECT user_id, secret FROM webhook_secrets WHERE user_id = :?userId FOR NO KEY UPDATE
), kept AS (
    SELECT secret, expires_at FROM previous_webhook_secrets
    WHERE user_id = :?userId AND expires_at > now() AND NOT cast(:?revoke AS boolean)
    UNION ALL
    SELECT secret, now() + interval '24 hours' FROM known WHERE NOT cast(:?revoke AS boolean)
), allowed AS (
    SELECT (SELECT count(*) FROM kept) <= 4 AS allowed
), gone AS (
    DELETE FROM previous_webhook_secrets USING allowed
    WHERE user_id = :?userId AND allowed AND (expires_at <= now() OR cast(:?revoke AS boolean))
), rotated AS (
    INSERT INTO webhook_secrets (user_id) SELECT :?userId FROM allowed WHERE allowed
    ON CONFLICT (user_id) DO UPDATE SET secret = new_webhook_secret(), created_at = now(), used_at = now()
    RETURNING secret, created_at
), previous AS (
    INSERT INTO previous_webhook_secrets (user_id, secret, expires_at)
    SELECT known.user_id, known.secret, now() + interval '24 hours'
    FROM known, rotated WHERE NOT cast(:?revoke AS boolean)
)
SELECT CASE WHEN rotated.secret IS NOT NULL THEN cast(json_build_object(
    'secret', rotated.secret,
    'created_at', iso8601(rotated.created_at),
    'previous_secret_expires_at', (SELECT iso8601(max(expires_at)) FROM kept)) AS text) END AS document
FROM allowed LEFT JOIN rotated ON true
