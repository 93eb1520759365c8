-- Makes deliveries ready whose wait is over: for the next try, for the end of a pause, or for an outcome that never
-- arrived. If the receiver is paused, one delivery per batch waits until the pause ends, and the others a minute
-- longer, while the first one shows whether the receiver is back. Deliveries that pauses have held for two days are
-- given up. Returns a row for each of these.
WITH due AS (
    SELECT id, user_id, receiver FROM deliveries
    WHERE turn <> 'ready' AND next_attempt_at <= now()
    ORDER BY next_attempt_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
), woken AS (
    UPDATE deliveries SET
        turn = cast(CASE WHEN kept.until IS NULL THEN 'ready' WHEN deliveries.began_at > kept.give_up THEN 'paused' END
                    AS delivery_turn),
        status = cast(CASE WHEN kept.until IS NOT NULL AND deliveries.began_at <= kept.give_up THEN 'failed'
                      ELSE 'pending' END AS delivery_status),
        next_attempt_at = CASE
            WHEN kept.until IS NULL THEN deliveries.next_attempt_at
            WHEN deliveries.began_at > kept.give_up THEN kept.until END
    FROM (
        SELECT due.id,
               now() - interval '2 days' AS give_up,
               known.paused_until + CASE
                   WHEN row_number() OVER (PARTITION BY due.user_id, due.receiver ORDER BY due.id) > 1
                   THEN interval '60 s' ELSE interval '0 s' END AS until
        FROM due LEFT JOIN webhook_receivers AS known
            ON known.user_id = due.user_id AND known.receiver = due.receiver AND known.paused_until > now()) AS kept
    WHERE deliveries.id = kept.id
    RETURNING deliveries.id, deliveries.job_id, deliveries.user_id, deliveries.status, deliveries.last_error
)
SELECT cast(id AS text) AS delivery_id, cast(job_id AS text) AS job_id, user_id, last_error
FROM woken WHERE status = 'failed'
