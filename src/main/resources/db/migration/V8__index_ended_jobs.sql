-- purge-jobs looks for the jobs that ended first, and read-stats counts them by state without reading the table.
CREATE INDEX jobs_by_end ON jobs (completed_at) INCLUDE (state) WHERE completed_at IS NOT NULL;
