-- What came of a try. One that failed is made again after growing pauses, give or take a twentieth: eleven tries within
-- a day. Changes nothing when another try was begun meanwhile.
UPDATE deliveries SET
    body = coalesce(body, :?payload),
    last_response_status = cast(:?responseStatus AS integer),
    last_error = :?sendError,
    status = cast(CASE WHEN came.delivered THEN 'delivered' WHEN came.pause_sec IS NULL THEN 'failed' ELSE 'pending' END
                  AS delivery_status),
    delivered_at = CASE WHEN came.delivered THEN now() END,
    next_attempt_at = CASE WHEN NOT came.delivered
        THEN now() + came.pause_sec * (0.95 + 0.1 * random()) * interval '1 second' END
FROM (
    SELECT id,
           cast(:?delivered AS boolean) AS delivered,
           (ARRAY[5, 30, 120, 600, 1800, 3600, 7200, 14400, 27000, 27000])[attempts - series_start] AS pause_sec
    FROM deliveries
    WHERE id = cast(:?deliveryId AS uuid) AND attempts = cast(:?attempts AS integer) AND status = 'pending'
    FOR NO KEY UPDATE
) AS came
WHERE deliveries.id = came.id
RETURNING cast(deliveries.status AS text) AS status
