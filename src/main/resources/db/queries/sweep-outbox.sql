-- Moves rows of all other slices of the outbox to the newest one, up to batchSize per call: those that rotate-outbox.sql
-- no longer looks for. A very long transaction may have inserted them, or the sequence was not copied with the database.
-- Returns the number of moved rows.
WITH moved AS (
    UPDATE outbox SET slice = newest_slice()
    WHERE id = ANY (ARRAY(
        SELECT id FROM outbox
        WHERE slice <> newest_slice()
        LIMIT cast(:?batchSize AS integer)
        FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING id
)
SELECT count(*) AS moved FROM moved
