-- purge-jobs looks for the jobs that ended first, and read-stats counts them by state without reading the table.
CREATE INDEX jobs_by_end ON jobs (completed_at) INCLUDE (state) WHERE completed_at IS NOT NULL;

-- What one process does for all of them, and when it is due again.
CREATE TABLE chores (
    name   text        PRIMARY KEY,
    due_at timestamptz NOT NULL
);
