-- Jobs whose message is lost, to be published again. A message that waits while all workers are busy is not lost: that
-- takes a worker that had a free slot for messageLostAfterSec, or that claimed a job published so much later. Each further
-- time takes twice as long, up to 16 times. The job stays on its way, keeps its place, and does not change for its owner.
WITH evidence AS MATERIALIZED (
    -- What was published before this would have come to a worker by now.
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
