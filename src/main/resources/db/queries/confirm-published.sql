-- Pub/Sub has these messages: they leave the outbox, and their jobs count as on their way until a worker claims them.
WITH confirmed AS (
    DELETE FROM outbox WHERE id = ANY (cast(:?publishedIds AS bigint[]))
    RETURNING job_id
)
UPDATE jobs SET published_at = now()
FROM confirmed
WHERE jobs.id = confirmed.job_id AND jobs.state = 'QUEUED'
