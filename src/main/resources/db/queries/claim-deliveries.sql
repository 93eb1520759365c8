-- Takes the webhooks that are due, the longest due first, under a lease; no lock outlives this. Whoever does not come
-- back from a try has made it all the same, and another makes the next when the lease is over.
WITH due AS (
    SELECT id FROM deliveries
    WHERE next_attempt_at <= now()
    ORDER BY next_attempt_at
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
), leased AS (
    UPDATE deliveries SET
        attempts = attempts + 1,
        last_attempt_at = now(),
        last_response_status = NULL,
        last_error = NULL,
        next_attempt_at = now() + make_interval(secs => cast(:?leaseSec AS double precision))
    FROM due WHERE deliveries.id = due.id
    RETURNING deliveries.*
)
SELECT cast(leased.id AS text) AS delivery_id,
       cast(leased.job_id AS text) AS job_id,
       leased.attempts,
       leased.type,
       leased.url,
       iso8601(leased.ended_at) AS ended_at,
       leased.body,
       secrets.secret,
       CASE WHEN secrets.previous_until > now() THEN secrets.previous_secret END AS previous_secret
FROM leased JOIN webhook_secrets AS secrets ON secrets.user_id = leased.user_id
