-- Reports that this worker is alive, with its slots (0 while it accepts no jobs) and the jobs it claimed per second.
-- freeSec is how long a slot has been free without a break, null if none is; reached is the latest published_sec of
-- claim-job. Deletes workers that are long gone.
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
