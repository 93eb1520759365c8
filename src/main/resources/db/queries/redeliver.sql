-- Starts a new series of tries for a job's delivery, or makes a waiting retry due now. Also ends a pause of its
-- receiver, because the caller believes that it is back. Returns 'queued' with the delivery, 'sending' if a try is in
-- progress, and no row if the job has no such delivery.
WITH delivery AS (
    SELECT id,
           -- Until its lease expires.
           coalesce(turn = 'sending' AND next_attempt_at > now(), false) AS sending
    FROM deliveries
    WHERE id = cast(:?deliveryId AS uuid) AND job_id = cast(:?jobId AS uuid)
    FOR NO KEY UPDATE
), again AS (
    UPDATE deliveries SET status = 'pending', turn = 'ready', series_start = attempts, began_at = now(),
        next_attempt_at = now(), delivered_at = NULL
    FROM delivery WHERE deliveries.id = delivery.id AND NOT delivery.sending
    RETURNING deliveries.user_id, deliveries.receiver, cast(delivery_document(deliveries) AS text) AS document
), unpaused AS (
    UPDATE webhook_receivers SET paused_until = NULL, changed_at = now()
    FROM again
    WHERE webhook_receivers.user_id = again.user_id AND webhook_receivers.receiver = again.receiver
      AND webhook_receivers.paused_until IS NOT NULL
)
SELECT CASE WHEN again.document IS NULL THEN 'sending' ELSE 'queued' END AS outcome, again.document
FROM delivery LEFT JOIN again ON true
