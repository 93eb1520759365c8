-- Moves the rows of the slice before the newest to the newest, up to batchSize per call. Once it is empty and nobody can
-- add to it, begins a new slice if enough rows were claimed in the newest: minRows, or a third of those that had to move
-- to it, so that a claim pays for three moves at most. A transaction that began before the newest slice may still add to
-- the one before; nothing waits for it longer than graceSec, and sweep-outbox.sql finds its rows. Does nothing while a
-- dispatcher decides. Returns one row; more says whether another call has work at once.
-- plan: keep
WITH turn AS MATERIALIZED (
    SELECT slice, claimed, moved, merged,
           -- After a crash, PostgreSQL may have skipped numbers.
           newest_slice() AS newest,
           coalesce(pg_snapshot_xmin(pg_current_snapshot()) >= slice_began_before, false)
               OR slice_began_at < now() - make_interval(secs => cast(:?graceSec AS double precision)) AS complete
    FROM dispatch_turn
    FOR UPDATE SKIP LOCKED
), old AS MATERIALIZED (
    SELECT waiting.id FROM turn, LATERAL (
        SELECT id FROM outbox WHERE slice >= turn.slice - 1 AND slice < newest AND published_at IS NULL
        UNION ALL
        SELECT id FROM outbox WHERE slice >= turn.slice - 1 AND slice < newest AND leased_until = 'infinity'
        LIMIT cast(:?batchSize AS integer)) AS waiting
    WHERE newest > slice OR NOT merged
), moved AS (
    UPDATE outbox SET slice = newest FROM turn
    WHERE outbox.id = ANY (ARRAY(
        SELECT id FROM outbox WHERE id = ANY (ARRAY(SELECT id FROM old)) FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING outbox.id
), counted AS MATERIALIZED (
    SELECT changed.moved, found.old = changed.moved AND found.old < cast(:?batchSize AS bigint) AS all_moved
    FROM (SELECT count(*) AS old FROM old) AS found, (SELECT count(*) AS moved FROM moved) AS changed
), next AS MATERIALIZED (
    SELECT counted.moved,
           merged OR all_moved AND complete AS empty,
           (merged OR all_moved AND complete)
               AND claimed >= greatest(cast(:?minRows AS bigint), (turn.moved + counted.moved) / 3) AS begins
    FROM turn, counted
), begun AS (
    -- A trigger numbers the slice.
    UPDATE dispatch_turn SET
        slice = DEFAULT, slice_began_at = now(), slice_began_before = NULL, claimed = 0, moved = 0, merged = false
    FROM next WHERE begins
    RETURNING dispatch_turn.slice
), told AS (
    UPDATE dispatch_turn SET
        -- The transaction that began the slice is no measure: its ID is older than the slice.
        slice_began_before = coalesce(slice_began_before, pg_current_xact_id()),
        moved = dispatch_turn.moved + next.moved,
        merged = empty
    FROM next
    WHERE NOT begins AND (slice_began_before IS NULL OR next.moved > 0 OR dispatch_turn.merged <> empty)
)
SELECT counted.moved,
       (SELECT slice FROM begun) AS begun,
       counted.moved = cast(:?batchSize AS bigint) OR EXISTS (SELECT FROM begun) AS more
FROM counted
