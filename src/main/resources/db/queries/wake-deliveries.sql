-- Makes ready what waits no longer: for its next try, for the end of its receiver's pause, or for an outcome that never
-- came. Where the receiver is paused it waits until the pause is over: one of them in each batch until then, the others a
-- minute longer, in which the one shows whether the receiver is back. What was kept waiting by pauses for two days is
-- given up. Answers a row for each given up.
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
