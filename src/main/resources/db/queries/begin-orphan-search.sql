-- Lets one process look for files whose job is gone, and nobody again within the interval. Answers one row to the process
-- that may; of those that ask together the others get none.
INSERT INTO chores AS chore (name, due_at)
VALUES ('search-orphans', now() + make_interval(secs => cast(:?intervalSec AS double precision)))
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE chore.due_at <= now()
RETURNING name
