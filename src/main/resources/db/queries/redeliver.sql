-- Sends a delivery of a job's once more, as a new series of tries. Answers 'queued' with the delivery, 'pending' when
-- it is on its way anyhow, and no row when the job has no such delivery.
WITH delivery AS (
    SELECT id, status FROM deliveries
    WHERE id = cast(:?deliveryId AS uuid) AND job_id = cast(:?jobId AS uuid)
    FOR NO KEY UPDATE
), again AS (
    UPDATE deliveries SET status = 'pending', series_start = attempts, next_attempt_at = now(), delivered_at = NULL
    FROM delivery WHERE deliveries.id = delivery.id AND delivery.status <> 'pending'
    RETURNING cast(delivery_document(deliveries) AS text) AS document
)
SELECT CASE WHEN again.document IS NULL THEN 'pending' ELSE 'queued' END AS outcome, again.document
FROM delivery LEFT JOIN again ON true
