-- Claims the next jobs to publish under a short lease; holds no lock beyond this statement. Users take turns however
-- many jobs they have waiting; each user's jobs go by priority, then age. The jobs in flight are limited to what
-- workers can soon start, or minInFlight while there is no worker, so the order stays the database's decision. One
-- dispatcher decides at a time; a concurrent one finds nothing and runs again later.
-- plan: keep
WITH RECURSIVE last AS MATERIALIZED (
    -- LIMIT has no effect except to tell the planner that there is only one row.
    SELECT last_user, merged FROM dispatch_turn LIMIT 1 FOR UPDATE SKIP LOCKED
), slices AS MATERIALIZED (
    SELECT slice FROM last, (SELECT newest_slice() AS newest) AS number,
                      LATERAL (VALUES (newest), (CASE WHEN NOT merged THEN newest - 1 END)) AS slices (slice)
), in_flight AS MATERIALIZED (
    -- What is published is leased for good.
    SELECT cast(coalesce(sum(jobs), 0) AS bigint) AS jobs FROM slices, LATERAL (
        SELECT count(*) AS jobs FROM outbox
        WHERE outbox.slice = slices.slice AND leased_until > now() AND NOT deferred) AS leased
), room AS MATERIALIZED (
    SELECT greatest(0, least(cast(:?batchSize AS bigint),
        -- The exact limit is dear while a transaction is held open.
        coalesce(CASE WHEN in_flight.jobs < capacity.at_least THEN capacity.at_least ELSE capacity.jobs END,
            cast(:?minInFlight AS bigint))
        - in_flight.jobs)) AS free
    FROM last, in_flight, worker_capacity AS capacity
), round (user_id, place, wrapped) AS (
    -- The waiting users, from the user after last_user around to last_user. As many as there is room for, each found by
    -- one index lookup in each slice, so the number of waiting users and jobs does not matter. The row that goes back
    -- to the first user names no user and repeats the place.
    SELECT last_user, 0, false FROM last, room WHERE free > 0
    UNION ALL
    SELECT coalesce(next.user_id, ''), place + cast(next.user_id IS NOT NULL AS integer), wrapped OR next.user_id IS NULL
    FROM round, last, room, LATERAL (
        SELECT min(first.user_id) AS user_id FROM slices, LATERAL (
            SELECT user_id FROM outbox
            WHERE outbox.slice = slices.slice AND published_at IS NULL AND (leased_until IS NULL OR leased_until <= now())
              AND user_id > round.user_id
            ORDER BY user_id LIMIT 1) AS first) AS next
    WHERE place < free AND CASE WHEN wrapped THEN next.user_id <= last_user ELSE true END
), turn AS MATERIALIZED (
    SELECT job.id, job.user_id, row_number() OVER (ORDER BY nth, place) AS place
    FROM round, room, LATERAL (
        SELECT id, user_id, row_number() OVER (ORDER BY priority DESC, job_id) AS nth FROM slices, LATERAL (
            SELECT id, user_id, priority, job_id FROM outbox
            WHERE outbox.slice = slices.slice AND published_at IS NULL AND (leased_until IS NULL OR leased_until <= now())
              AND user_id = round.user_id
            ORDER BY priority DESC, job_id
            -- Every other user gets at least one job before this user gets the rest.
            LIMIT free - (SELECT max(place) FROM round) + 1) AS first
        ORDER BY priority DESC, job_id
        LIMIT free - (SELECT max(place) FROM round) + 1) AS job
    WHERE place > 0 AND round.user_id <> ''
    ORDER BY nth, place
    LIMIT (SELECT free FROM room)
), leased AS (
    UPDATE outbox SET
        leased_until = now() + make_interval(secs => cast(:?leaseSec AS double precision)),
        deferred = false
    WHERE id = ANY (ARRAY(
        SELECT id FROM outbox
        -- Rechecked on the locked row: to the rest of this statement, what another dispatcher has leased since it began
        -- still looks free.
        WHERE id = ANY (ARRAY(SELECT id FROM turn)) AND (leased_until IS NULL OR leased_until <= now())
        FOR UPDATE SKIP LOCKED))
    RETURNING id, job_id
), moved AS (
    UPDATE dispatch_turn SET last_user = served.user_id, claimed = claimed + served.place
    FROM (SELECT user_id, place FROM turn ORDER BY place DESC LIMIT 1) AS served
)
SELECT leased.id AS outbox_id,
       cast(jobs.id AS text) AS job_id,
       jobs.attempt + 1 AS attempt,
       jobs.traceparent,
       jobs.user_id,
       jobs.request_id,
       cast(json_build_object(
           'job_id', jobs.id,
           'user_id', jobs.user_id,
           'content', jobs.content,
           'preset', jobs.preset,
           'metadata', jobs.metadata) AS text) AS message
FROM leased
JOIN turn ON turn.id = leased.id
JOIN jobs ON jobs.id = leased.job_id
ORDER BY turn.place
