-- This worker lives, takes so many jobs at a time (0 while it takes none) and has claimed so many in the last second.
-- freeSec is how long it has had a free slot without a break, null where it has none; reached is claim-job's
-- published_sec of the latest. Workers that are long gone are forgotten.
-- plan: keep
WITH forgotten AS (
    DELETE FROM workers
    WHERE id = ANY (ARRAY(
        SELECT id FROM workers
        WHERE alive_until < now() - interval '1 min' AND id <> :?workerId
        FOR UPDATE SKIP LOCKED))
)
INSERT INTO workers (id, slots, claimed, free_since, reached, alive_until)
VALUES (:?workerId,
        cast(:?slots AS integer),
        cast(:?claimed AS integer),
        now() - make_interval(secs => cast(:?freeSec AS double precision)),
        to_timestamp(cast(:?reached AS double precision)),
        now() + make_interval(secs => cast(:?leaseSec AS double precision)))
ON CONFLICT (id) DO UPDATE SET
    slots = excluded.slots,
    claimed = excluded.claimed,
    free_since = excluded.free_since,
    reached = excluded.reached,
    told_at = excluded.told_at,
    alive_until = excluded.alive_until
