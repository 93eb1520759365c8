-- Pub/Sub has these messages: they leave the outbox, and their jobs count as on their way until a worker claims them.
-- plan: keep
WITH published AS MATERIALIZED (
    -- Jobs before their outbox rows, and in the order of their ids, as all statements lock them.
    SELECT id FROM jobs
    WHERE id = ANY (ARRAY(SELECT job_id FROM outbox WHERE id = ANY (cast(:?publishedIds AS bigint[]))))
    ORDER BY id
    FOR NO KEY UPDATE
), confirmed AS (
    DELETE FROM outbox
    WHERE id = ANY (cast(:?publishedIds AS bigint[])) AND job_id = ANY (ARRAY(SELECT id FROM published))
    RETURNING job_id
)
-- No condition on the state: one read before another statement queued the job again would leave it without a message.
UPDATE jobs SET published_at = CASE WHEN jobs.state = 'QUEUED' THEN now() END
FROM confirmed
WHERE jobs.id = confirmed.job_id
