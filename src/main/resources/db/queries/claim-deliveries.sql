-- Claims ready webhooks under a lease, at most as many as this process has free senders; holds no lock beyond this
-- statement. A sender that dies during a try still uses it up, and another makes the next try when the lease expires.
--
-- Users take turns however many webhooks they have ready, and a user's first tries precede other tries. Across all
-- processes, a user has at most userSlots concurrent tries, and a host hostSlots. A receiver that is new, failing, or
-- slow gets one of its user's slots, all such receivers of a user together trialSlots, and never the last quarter of a
-- host's or this process's slots. Deliveries to a paused receiver are postponed. One process decides at a time; a
-- concurrent one finds nothing and runs again later.
-- plan: keep
WITH RECURSIVE turn AS MATERIALIZED (
    SELECT last_user FROM webhook_turn
    -- This statement does not count what another process has claimed since it began, so it runs again later.
    WHERE claims = (SELECT claims FROM webhook_turn)
    LIMIT 1 FOR UPDATE SKIP LOCKED
), flight AS MATERIALIZED (
    SELECT sent.user_id, sent.receiver, coalesce(known.quick, false) AS quick, count(*) AS tries
    FROM deliveries AS sent
    LEFT JOIN webhook_receivers AS known ON known.user_id = sent.user_id AND known.receiver = sent.receiver
    WHERE sent.turn = 'sending'
    GROUP BY sent.user_id, sent.receiver, known.quick
), user_flight AS MATERIALIZED (
    SELECT user_id, sum(tries) AS tries, coalesce(sum(tries) FILTER (WHERE NOT quick), 0) AS trials
    FROM flight GROUP BY user_id
), host_flight AS MATERIALIZED (
    SELECT receiver, sum(tries) AS tries FROM flight GROUP BY receiver
), round (user_id, place, wrapped) AS (
    -- Users with ready deliveries, from the user after last_user around to last_user. At most a hundred, each found by
    -- one index lookup, so the number of waiting users and deliveries does not matter.
    SELECT last_user, 0, false FROM turn WHERE cast(:?freeSlots AS integer) > 0
    UNION ALL
    SELECT next.user_id, place + 1, next.wrapped
    FROM round, turn, LATERAL (
        (SELECT user_id, round.wrapped FROM deliveries
         WHERE turn = 'ready' AND user_id > round.user_id
         ORDER BY user_id LIMIT 1)
        UNION ALL
        (SELECT user_id, true FROM deliveries
         WHERE turn = 'ready' AND NOT round.wrapped
           AND (SELECT user_id FROM deliveries
                WHERE turn = 'ready' AND user_id > round.user_id
                ORDER BY user_id LIMIT 1) IS NULL
         ORDER BY user_id LIMIT 1)) AS next
    WHERE place < 100 AND (next.user_id <= last_user OR NOT next.wrapped)
), seen AS MATERIALIZED (
    SELECT round.user_id, round.place,
           cast(:?userSlots AS bigint) - coalesce(flown.tries, 0) AS slots,
           cast(:?trialSlots AS bigint) - coalesce(flown.trials, 0) AS trials,
           md5(cast(random() AS text)) AS pivot
    FROM round LEFT JOIN user_flight AS flown ON flown.user_id = round.user_id
    WHERE round.place > 0
), lane AS MATERIALIZED (
    -- Sixteen receivers per user, starting at a random one, so each is reached however many there are.
    SELECT seen.user_id, seen.place, seen.slots, seen.trials, found.receiver,
           coalesce(known.quick, false) AS quick,
           CASE WHEN known.paused_until > now() THEN known.paused_until END AS paused_until,
           coalesce(flight.tries, 0) AS tries
    FROM seen CROSS JOIN LATERAL (
        WITH RECURSIVE walk (receiver, hash, place, wrapped) AS (
            SELECT cast(NULL AS text), seen.pivot, 0, false WHERE seen.slots > 0
            UNION ALL
            SELECT next.receiver, md5(next.receiver), walk.place + 1, next.wrapped
            FROM walk, LATERAL (
                (SELECT receiver, walk.wrapped FROM deliveries
                 WHERE turn = 'ready' AND user_id = seen.user_id AND md5(receiver) > walk.hash
                 ORDER BY md5(receiver) LIMIT 1)
                UNION ALL
                (SELECT receiver, true FROM deliveries
                 WHERE turn = 'ready' AND user_id = seen.user_id AND NOT walk.wrapped
                   AND (SELECT receiver FROM deliveries
                        WHERE turn = 'ready' AND user_id = seen.user_id AND md5(receiver) > walk.hash
                        ORDER BY md5(receiver) LIMIT 1) IS NULL
                 ORDER BY md5(receiver) LIMIT 1)) AS next
            WHERE walk.place < 16 AND (md5(next.receiver) <= seen.pivot OR NOT next.wrapped)
        )
        SELECT receiver FROM walk WHERE place > 0) AS found
    LEFT JOIN webhook_receivers AS known ON known.user_id = seen.user_id AND known.receiver = found.receiver
    LEFT JOIN flight ON flight.user_id = seen.user_id AND flight.receiver = found.receiver
), candidate AS (
    SELECT job.id, job.repeated, job.next_attempt_at, lane.user_id, lane.place, lane.receiver, lane.quick, lane.slots,
           lane.trials,
           row_number() OVER (PARTITION BY lane.user_id, lane.quick ORDER BY job.repeated, job.next_attempt_at, job.id)
               AS nth_of_class
    FROM lane CROSS JOIN LATERAL (
        SELECT id, attempts > series_start AS repeated, next_attempt_at FROM deliveries
        WHERE turn = 'ready' AND user_id = lane.user_id AND md5(receiver) = md5(lane.receiver)
        ORDER BY attempts > series_start, next_attempt_at
        LIMIT greatest(0, CASE WHEN lane.quick THEN lane.slots ELSE 1 - lane.tries END)) AS job
    WHERE lane.paused_until IS NULL
), of_user AS (
    SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY repeated, next_attempt_at, id) AS nth
    FROM candidate WHERE quick OR nth_of_class <= trials
), of_host AS (
    SELECT of_user.*, row_number() OVER (PARTITION BY of_user.receiver ORDER BY NOT quick, nth, place)
               + coalesce(host_flight.tries, 0) AS nth_of_host
    FROM of_user LEFT JOIN host_flight ON host_flight.receiver = of_user.receiver
    WHERE nth <= slots
), of_process AS (
    SELECT *, row_number() OVER (PARTITION BY quick ORDER BY nth, place) AS nth_of_process
    FROM of_host
    WHERE nth_of_host <= CASE WHEN quick THEN cast(:?hostSlots AS integer) ELSE cast(:?hostSlots AS integer) * 3 / 4 END
), taken AS MATERIALIZED (
    SELECT id, user_id, place
    FROM (
        SELECT of_process.id, of_process.user_id, row_number() OVER (ORDER BY nth, of_process.place) AS place,
               sum(octet_length(body)) OVER (ORDER BY nth, of_process.place ROWS UNBOUNDED PRECEDING) AS bytes
        FROM of_process JOIN deliveries ON deliveries.id = of_process.id
        WHERE quick OR nth_of_process <= cast(:?freeTrialSlots AS integer)) AS ordered
    WHERE place <= cast(:?freeSlots AS integer) AND (place = 1 OR bytes <= cast(:?freeBytes AS bigint))
), leased AS (
    UPDATE deliveries SET
        turn = 'sending',
        attempts = attempts + 1,
        last_attempt_at = now(),
        last_response_status = NULL,
        last_error = NULL,
        next_attempt_at = now() + make_interval(secs => cast(:?leaseSec AS double precision))
    WHERE id = ANY (ARRAY(
        SELECT id FROM deliveries
        -- Rechecked on the locked row: to the rest of this statement, what was postponed or redelivered in the meantime
        -- still looks ready.
        WHERE id = ANY (ARRAY(SELECT id FROM taken)) AND turn = 'ready'
        FOR UPDATE SKIP LOCKED))
    RETURNING *
), late AS MATERIALIZED (
    -- One delivery per paused receiver waits until the pause ends. The others wait a minute longer, while the first one
    -- shows whether the receiver is back.
    SELECT job.id, row_number() OVER (PARTITION BY lane.user_id, lane.receiver) = 1 AS first
    FROM lane CROSS JOIN LATERAL (
        SELECT id FROM deliveries
        WHERE turn = 'ready' AND user_id = lane.user_id AND md5(receiver) = md5(lane.receiver)
        ORDER BY attempts > series_start, next_attempt_at
        LIMIT 100
        FOR UPDATE SKIP LOCKED) AS job
    WHERE lane.paused_until IS NOT NULL
    LIMIT 1000
), put_off AS (
    UPDATE deliveries SET
        turn = 'paused',
        next_attempt_at = (
            SELECT paused_until FROM webhook_receivers AS known
            WHERE known.user_id = deliveries.user_id AND known.receiver = deliveries.receiver)
            + CASE WHEN id = ANY (ARRAY(SELECT id FROM late WHERE first)) THEN interval '0 s' ELSE interval '60 s' END
    WHERE id = ANY (ARRAY(SELECT id FROM late))
), moved AS (
    UPDATE webhook_turn SET claims = claims + 1, last_user = coalesce(
        CASE WHEN (SELECT count(*) FROM taken) >= cast(:?freeSlots AS integer)
             THEN (SELECT user_id FROM taken ORDER BY place DESC LIMIT 1)
             ELSE (SELECT user_id FROM seen ORDER BY place DESC LIMIT 1) END,
        webhook_turn.last_user)
    FROM turn
    WHERE EXISTS (SELECT FROM seen)
)
SELECT cast(leased.id AS text) AS delivery_id,
       cast(leased.job_id AS text) AS job_id,
       leased.user_id,
       leased.attempts,
       leased.url,
       leased.body,
       octet_length(leased.body) AS bytes,
       -- Newest first.
       concat_ws(' ', (SELECT secret FROM webhook_secrets AS newest WHERE newest.user_id = leased.user_id), (
           SELECT string_agg(previous.secret, ' ' ORDER BY expires_at DESC)
           FROM previous_webhook_secrets AS previous
           WHERE previous.user_id = leased.user_id AND expires_at > now())) AS secrets
FROM leased
JOIN taken ON taken.id = leased.id
ORDER BY taken.place
