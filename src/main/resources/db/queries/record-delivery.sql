-- Records the outcome of a try. A failed try is repeated after growing pauses with 5% jitter: eleven tries within a
-- day. Changes nothing if another try has begun in the meantime.
--
-- Also records the state of the receiver. After three consecutive tries without a response, or with a status of 429 or
-- at least 500, it is paused for 15 s, then twice as long each time, up to an hour. A try that ends during the pause
-- began before it and adds nothing. Any other response ends the pause and makes the postponed deliveries ready.
WITH came AS (
    SELECT id, user_id, receiver,
           cast(:?delivered AS boolean) AS delivered,
           coalesce(cast(:?responseStatus AS integer) = 429 OR cast(:?responseStatus AS integer) >= 500, true) AS failing,
           cast(:?quick AS boolean) AS quick,
           (ARRAY[5, 30, 120, 600, 1800, 3600, 7200, 14400, 27000, 27000])[attempts - series_start] AS pause_sec
    FROM deliveries
    WHERE id = cast(:?deliveryId AS uuid) AND attempts = cast(:?attempts AS integer) AND status = 'pending'
    FOR NO KEY UPDATE
), told AS (
    UPDATE deliveries SET
        last_response_status = cast(:?responseStatus AS integer),
        last_error = :?sendError,
        status = cast(CASE WHEN came.delivered THEN 'delivered' WHEN came.pause_sec IS NULL THEN 'failed' ELSE 'pending' END
                      AS delivery_status),
        turn = cast(CASE WHEN NOT came.delivered AND came.pause_sec IS NOT NULL THEN 'waiting' END AS delivery_turn),
        delivered_at = CASE WHEN came.delivered THEN now() END,
        next_attempt_at = CASE WHEN NOT came.delivered
            THEN now() + came.pause_sec * (0.95 + 0.1 * random()) * interval '1 second' END
    FROM came
    WHERE deliveries.id = came.id
    RETURNING deliveries.status
), fails AS (
    INSERT INTO webhook_receivers AS known (user_id, receiver, failures, quick)
    SELECT user_id, receiver, 1, false FROM came WHERE failing
    ON CONFLICT (user_id, receiver) DO UPDATE SET
        failures = known.failures + 1,
        quick = false,
        changed_at = now(),
        paused_until = CASE WHEN known.failures >= 2
            THEN now() + least(3600, 15 * power(2, least(known.failures, 20) - 2)) * (0.95 + 0.1 * random())
                * interval '1 second' END
    WHERE known.paused_until IS NULL OR known.paused_until <= now()
), works AS (
    INSERT INTO webhook_receivers (user_id, receiver, failures, quick)
    SELECT came.user_id, came.receiver, 0, came.quick
    FROM came LEFT JOIN webhook_receivers AS known
        ON known.user_id = came.user_id AND known.receiver = came.receiver
    WHERE NOT failing
      -- Writes nothing for a receiver whose state stays the same.
      AND (known.user_id IS NULL OR known.failures > 0 OR known.quick <> came.quick
           OR known.changed_at < now() - interval '1 hour')
    ON CONFLICT (user_id, receiver) DO UPDATE SET
        failures = 0, quick = excluded.quick, changed_at = now(), paused_until = NULL
), healed AS (
    UPDATE deliveries SET turn = 'ready', next_attempt_at = now()
    WHERE id IN (
        SELECT late.id FROM came JOIN deliveries AS late
            ON late.turn = 'paused' AND late.user_id = came.user_id AND late.receiver = came.receiver
        WHERE NOT failing
        ORDER BY late.next_attempt_at
        LIMIT 500
        FOR UPDATE OF late SKIP LOCKED)
)
SELECT cast(status AS text) AS status FROM told
