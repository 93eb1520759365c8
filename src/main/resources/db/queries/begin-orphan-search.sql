-- Lets one process per interval search for orphaned files. Returns one row to that process, and none to the others.
INSERT INTO chores AS chore (name, due_at)
VALUES ('search-orphans', now() + make_interval(secs => cast(:?intervalSec AS double precision)))
ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at WHERE chore.due_at <= now()
RETURNING name
