-- Settles the letters of jobs that completed or were cancelled after all, so no operator needs to act. Safe to run
-- concurrently. Returns a row for each.
WITH over AS (
    SELECT letter.id, jobs.state
    FROM dead_letters AS letter JOIN jobs ON jobs.id = letter.job_id
    WHERE letter.redriven_at IS NULL AND letter.discarded_at IS NULL AND letter.settled_at IS NULL
      -- These states are final, so the jobs need no lock.
      AND jobs.state IN ('COMPLETED', 'CANCELLED')
    ORDER BY letter.id
    LIMIT cast(:?batchSize AS integer)
    FOR NO KEY UPDATE OF letter SKIP LOCKED
)
UPDATE dead_letters SET settled_at = now(), settled_why = 'Its job is ' || over.state || '.'
FROM over WHERE dead_letters.id = over.id
RETURNING cast(dead_letters.id AS text) AS id, cast(dead_letters.job_id AS text) AS job_id,
          cast(over.state AS text) AS state
