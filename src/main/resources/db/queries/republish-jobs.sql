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
    SELECT id FROM jobs
    WHERE published_at < (SELECT reached FROM evidence)
        - make_interval(secs => cast(:?messageLostAfterSec AS double precision))
      AND published_at < (SELECT reached FROM evidence)
        - make_interval(secs => cast(:?messageLostAfterSec AS double precision)) * 2 ^ least(republished, 4)
    ORDER BY published_at
    LIMIT cast(:?batchSize AS integer)
    FOR NO KEY UPDATE SKIP LOCKED
), again AS (
    UPDATE jobs SET published_at = now(), republished = republished + 1
    WHERE id = ANY (ARRAY(SELECT id FROM lost))
    RETURNING *
)
SELECT cast(id AS text) AS job_id,
       attempt + 1 AS attempt,
       traceparent,
       user_id,
       request_id,
       republished,
       cast(json_build_object(
           'job_id', id,
           'user_id', user_id,
           'content', content,
           'preset', preset,
           'metadata', metadata) AS text) AS message
FROM again
ORDER BY id
