-- Discards a dead letter permanently; the row stays as long as its job, and records who discarded it. Returns
-- 'discarded', 'redriven' or 'settled' (if it was already), or 'unknown'.
WITH letter AS (
    SELECT id, redriven_at, settled_at FROM dead_letters
    WHERE id = cast(:?letterId AS uuid) AND discarded_at IS NULL
    FOR NO KEY UPDATE
), discarded AS (
    UPDATE dead_letters SET discarded_at = now(), discarded_by = :?userId
    FROM letter WHERE dead_letters.id = letter.id AND letter.redriven_at IS NULL AND letter.settled_at IS NULL
    RETURNING dead_letters.id
)
SELECT coalesce(
    (SELECT 'discarded' FROM discarded),
    (SELECT CASE WHEN redriven_at IS NOT NULL THEN 'redriven' ELSE 'settled' END FROM letter),
    'unknown') AS outcome
