-- Begins a new slice of the outbox after minRows more rows. Before, moves waiting rows of older slices to the newest one, up
-- to batchSize per call, because the dispatcher reads only the two newest. A statement that read the number of a slice
-- may commit after the next slices began, so each call looks back over lookBack slices, which must take longer than any
-- statement. sweep-outbox.sql finds what is older. Does nothing while a dispatcher decides. Returns one row.
-- plan: keep
WITH turn AS MATERIALIZED (
    SELECT slice, slice_began_after,
           -- After a crash, PostgreSQL may have skipped numbers.
           newest_slice() AS newest,
           last_outbox_id() AS last_id
    FROM dispatch_turn
    FOR UPDATE SKIP LOCKED
), old AS MATERIALIZED (
    SELECT waiting.id FROM turn, LATERAL (
        SELECT id FROM outbox
        WHERE slice < newest AND slice >= turn.slice - cast(:?lookBack AS bigint)
        LIMIT cast(:?batchSize AS integer)
        FOR NO KEY UPDATE SKIP LOCKED) AS waiting
), moved AS (
    UPDATE outbox SET slice = newest FROM turn WHERE outbox.id = ANY (ARRAY(SELECT id FROM old))
    RETURNING outbox.id
), begun AS (
    -- A trigger numbers the slice.
    UPDATE dispatch_turn SET slice_began_after = last_id
    FROM turn
    WHERE last_id - turn.slice_began_after >= cast(:?minRows AS bigint)
      AND (SELECT count(*) FROM moved) < cast(:?batchSize AS integer)
    RETURNING dispatch_turn.slice
)
SELECT (SELECT count(*) FROM moved) AS moved,
       (SELECT slice FROM begun) AS begun
