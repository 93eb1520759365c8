-- Deletes what was counted of users who have submitted nothing for a day: a minute is all that counts. Any number of
-- processes may do this at a time.
WITH old AS (
    SELECT user_id FROM quotas
    WHERE window_start < now() - interval '1 day'
    ORDER BY window_start
    LIMIT cast(:?batchSize AS integer)
    FOR UPDATE SKIP LOCKED
)
DELETE FROM quotas USING old WHERE quotas.user_id = old.user_id
RETURNING quotas.user_id
