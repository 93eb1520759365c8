-- Sends a delivery of a job's once more, as a new series of tries, or makes the next try of one that waits for it due
-- now. Answers 'queued' with the delivery, 'sending' when it is being sent at this moment, and no row when the job has no
-- such delivery.
WITH delivery AS (
    SELECT id,
           -- A try that was begun has no outcome yet, and its lease is not over.
           status = 'pending' AND attempts > 0 AND last_response_status IS NULL AND last_error IS NULL
               AND next_attempt_at > now() AS sending
    FROM deliveries
    WHERE id = cast(:?deliveryId AS uuid) AND job_id = cast(:?jobId AS uuid)
    FOR NO KEY UPDATE
), again AS (
    UPDATE deliveries SET status = 'pending', series_start = attempts, next_attempt_at = now(), delivered_at = NULL
    FROM delivery WHERE deliveries.id = delivery.id AND NOT delivery.sending
    RETURNING cast(delivery_document(deliveries) AS text) AS document
)
SELECT CASE WHEN again.document IS NULL THEN 'sending' ELSE 'queued' END AS outcome, again.document
FROM delivery LEFT JOIN again ON true
