-- Discards the oldest open dead letters with an error code, of a group, or with one of the IDs. Returns a row for each.
WITH due AS (
    SELECT id FROM dead_letters
    WHERE (error_code = :?errorCode OR group_id = :?group OR id = ANY (cast(:?letterIds AS uuid[])))
      AND redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
    ORDER BY created_at, id
    LIMIT cast(:?limit AS integer)
    -- Skips a letter that another statement is settling.
    FOR NO KEY UPDATE SKIP LOCKED
), discarded AS (
    UPDATE dead_letters SET discarded_at = now(), discarded_by = :?userId
    FROM due WHERE dead_letters.id = due.id
    RETURNING dead_letters.id, dead_letters.job_id
)
SELECT cast(id AS text) AS id, cast(job_id AS text) AS job_id FROM discarded
ORDER BY id
