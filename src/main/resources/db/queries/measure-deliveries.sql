-- The state of webhooks, for metrics. Returns one row. due_age_seconds is how long the first delivery has been due,
-- among users without a try in progress: it shows late turns, not slow receivers. Reads at most a thousand users.
WITH RECURSIVE waiting (user_id, place) AS (
    SELECT cast('' AS text), 0
    UNION ALL
    SELECT next.user_id, place + 1
    FROM waiting, LATERAL (
        SELECT user_id FROM deliveries
        WHERE turn = 'ready' AND user_id > waiting.user_id
        ORDER BY user_id LIMIT 1) AS next
    WHERE place < 1000
), due AS (
    SELECT first.next_attempt_at
    FROM waiting, LATERAL (
        SELECT next_attempt_at FROM deliveries
        WHERE turn = 'ready' AND user_id = waiting.user_id
        ORDER BY md5(receiver), attempts > series_start, next_attempt_at LIMIT 1) AS first
    WHERE place > 0
      AND NOT EXISTS (SELECT FROM deliveries WHERE turn = 'sending' AND user_id = waiting.user_id)
)
SELECT (SELECT count(*) FROM webhook_receivers WHERE paused_until > now()) AS receivers_paused,
       cast(coalesce((SELECT extract(epoch FROM now() - min(next_attempt_at)) FROM due), 0) AS double precision)
           AS due_age_seconds
