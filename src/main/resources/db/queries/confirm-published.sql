-- Confirms that Pub/Sub accepted these messages: removes them from the outbox, and counts their jobs as in flight until
-- a worker claims them.
-- plan: keep
WITH published AS MATERIALIZED (
    -- Locks jobs before their outbox rows and by ID, as all statements do.
    SELECT id FROM jobs
    WHERE id = ANY (ARRAY(SELECT job_id FROM outbox WHERE id = ANY (cast(:?publishedIds AS bigint[]))))
    ORDER BY id
    FOR NO KEY UPDATE
), confirmed AS (
    DELETE FROM outbox
    WHERE id = ANY (cast(:?publishedIds AS bigint[])) AND job_id = ANY (ARRAY(SELECT id FROM published))
    RETURNING job_id
)
-- No condition on the state: a state read before another statement requeued the job would leave it without a message.
UPDATE jobs SET published_at = CASE WHEN jobs.state = 'QUEUED' THEN now() END
FROM confirmed
WHERE jobs.id = confirmed.job_id
