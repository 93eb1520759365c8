-- Finds jobs with a lost message and queues them for another publish. A message that waits while all workers are busy
-- is not lost. It is lost if a worker had a free slot for messageLostAfterSec, or claimed a job published that much
-- later. The time doubles with each repeat, up to 16 times. The job stays in flight, keeps its place, and does not
-- change for its owner.
WITH evidence AS MATERIALIZED (
    -- Any message published before this would have reached a worker by now.
    SELECT greatest(
        max(reached),
        CASE WHEN min(free_since) < now() - make_interval(secs => cast(:?messageLostAfterSec AS double precision))
            THEN now() END) AS reached
    FROM workers WHERE alive_until > now()
), lost AS MATERIALIZED (
    SELECT id FROM outbox
    WHERE slice >= newest_slice() - 1 AND leased_until = 'infinity'
      AND published_at < (SELECT reached FROM evidence)
        - make_interval(secs => cast(:?messageLostAfterSec AS double precision)) * 2 ^ least(republished, 4)
    ORDER BY published_at
    LIMIT cast(:?batchSize AS integer)
    FOR NO KEY UPDATE SKIP LOCKED
), again AS (
    UPDATE outbox SET published_at = now(), republished = republished + 1
    WHERE id = ANY (ARRAY(SELECT id FROM lost))
    RETURNING job_id, republished
)
SELECT cast(jobs.id AS text) AS job_id,
       jobs.attempt + 1 AS attempt,
       jobs.traceparent,
       jobs.user_id,
       jobs.request_id,
       again.republished,
       cast(json_build_object(
           'job_id', jobs.id,
           'user_id', jobs.user_id,
           'content', jobs.content,
           'preset', jobs.preset,
           'metadata', jobs.metadata) AS text) AS message
FROM again JOIN jobs ON jobs.id = again.job_id
ORDER BY jobs.id
