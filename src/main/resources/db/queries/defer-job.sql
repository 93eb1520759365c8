-- The worker that received the message of a job cannot run it, because its pipeline has no free slot or is not loaded
-- there: the job is published again after a pause. Meanwhile it is not in flight, or the jobs of a full pipeline would
-- keep others from being published. A publication that is not confirmed yet is superseded, because the outbox row gets a
-- new ID. Returns one row; outcome is 'deferred', or as of claim-job.sql 'not-waiting' or 'unknown'.
-- plan: keep
WITH waiting AS MATERIALIZED (
    SELECT id, user_id, priority FROM jobs
    WHERE id = cast(:?jobId AS uuid) AND state = 'QUEUED'
    FOR NO KEY UPDATE
), deferred AS (
    INSERT INTO outbox (job_id, user_id, priority, leased_until, deferred)
    SELECT id, user_id, priority, now() + make_interval(secs => cast(:?pauseSec AS double precision)), true
    FROM waiting
    ON CONFLICT (job_id) DO UPDATE SET
        id = DEFAULT, leased_until = excluded.leased_until, deferred = true, published_at = NULL
    RETURNING job_id
)
SELECT 'deferred' AS outcome FROM deferred
UNION ALL
SELECT CASE WHEN EXISTS (SELECT FROM jobs WHERE id = cast(:?jobId AS uuid)) THEN 'not-waiting' ELSE 'unknown' END
WHERE NOT EXISTS (SELECT FROM deferred)
