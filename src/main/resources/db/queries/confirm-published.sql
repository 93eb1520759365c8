-- Pub/Sub has these messages: they leave the outbox, and their jobs count as on their way until a worker claims them.
WITH confirmed AS (
    DELETE FROM outbox WHERE id = ANY (cast(:?publishedIds AS bigint[]))
    RETURNING job_id
)
-- No condition on the state: one read before another statement queued the job again would leave it without a message.
UPDATE jobs SET published_at = CASE WHEN jobs.state = 'QUEUED' THEN now() END
FROM confirmed
WHERE jobs.id = confirmed.job_id
