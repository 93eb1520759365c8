-- Deletes the counters of users without a submission for a day; only one minute counts. Safe to run concurrently.
WITH old AS (
    SELECT user_id FROM quotas
    WHERE window_start < now() - interval '1 day'
    ORDER BY window_start
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM quotas USING old WHERE quotas.user_id = old.user_id
RETURNING quotas.user_id
