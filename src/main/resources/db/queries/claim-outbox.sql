-- Takes the next jobs to announce, highest priority and oldest first, under a short lease; no lock outlives this.
-- At most maxInFlight jobs are on their way at a time, so whose turn it is stays the database's decision.
WITH room AS (
    SELECT greatest(0, cast(:?maxInFlight AS bigint)
        - (SELECT count(*) FROM jobs WHERE published_at IS NOT NULL)
        - (SELECT count(*) FROM outbox WHERE leased_until > now())) AS free
), turn AS (
    SELECT outbox.id
    FROM outbox
    WHERE leased_until IS NULL OR leased_until <= now()
    ORDER BY priority DESC, id
    LIMIT (SELECT least(free, cast(:?batchSize AS bigint)) FROM room)
    FOR UPDATE SKIP LOCKED
), leased AS (
    UPDATE outbox SET leased_until = now() + make_interval(secs => cast(:?leaseSec AS double precision))
    FROM turn WHERE outbox.id = turn.id
    RETURNING outbox.id, outbox.job_id, outbox.priority
)
SELECT leased.id AS outbox_id,
       cast(jobs.id AS text) AS job_id,
       jobs.attempt + 1 AS attempt,
       jobs.traceparent,
       cast(json_build_object(
           'job_id', jobs.id,
           'user_id', jobs.user_id,
           'content', jobs.content,
           'preset', jobs.preset,
           'metadata', jobs.metadata) AS text) AS message
FROM leased JOIN jobs ON jobs.id = leased.job_id
ORDER BY leased.priority DESC, leased.id
