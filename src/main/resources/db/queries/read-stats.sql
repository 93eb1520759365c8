-- The state of the system as one JSON document, at a cost that does not grow with the tables. Waiting and running jobs
-- and open letters are counted up to 100,000, ended jobs up to 10,000. Beyond that, ended jobs are estimated from
-- PostgreSQL's table statistics, as its planner does, and the oldest waiting job is the oldest of those that were counted.
WITH ended_first AS MATERIALIZED (
    SELECT state FROM jobs WHERE completed_at IS NOT NULL ORDER BY completed_at LIMIT 10001
), ended AS (
    SELECT count(*) > 10000 AS many FROM ended_first
), size AS (
    SELECT reltuples / greatest(relpages, 1)
        * (pg_relation_size(oid) / cast(current_setting('block_size') AS integer)) AS jobs
    FROM pg_class WHERE oid = cast('jobs' AS regclass)
), estimate AS (
    SELECT common.status, cast(common.share * size.jobs AS bigint) AS jobs
    FROM ended, size, pg_stats,
         unnest(cast(cast(most_common_vals AS text) AS text[]), most_common_freqs) AS common (status, share)
    WHERE ended.many AND schemaname = current_schema() AND tablename = 'jobs' AND attname = 'state'
), job_counts AS (
    SELECT 'QUEUED' AS status, count(*) AS jobs FROM (SELECT FROM waiting_jobs LIMIT 100001) AS waiting
    UNION ALL
    SELECT 'PROCESSING', count(*) FROM (SELECT FROM jobs WHERE state = 'PROCESSING' LIMIT 100001) AS running
    UNION ALL
    SELECT status, greatest(counted.jobs, estimate.jobs)
    FROM (SELECT cast(state AS text) AS status, count(*) AS jobs FROM ended_first GROUP BY state) AS counted
    FULL JOIN (SELECT * FROM estimate WHERE status NOT IN ('QUEUED', 'PROCESSING')) AS estimate USING (status)
), letter_counts AS (
    SELECT error_code, count(*) AS letters
    FROM (
        SELECT error_code FROM dead_letters
        WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
        LIMIT 100001) AS waiting
    GROUP BY error_code
)
SELECT cast(json_build_object(
    'jobs', (
        SELECT json_object_agg(status, coalesce(job_counts.jobs, 0) ORDER BY place)
        FROM unnest(cast(enum_range(cast(NULL AS job_state)) AS text[])) WITH ORDINALITY AS known (status, place)
        LEFT JOIN job_counts USING (status)),
    'ended_jobs_estimated', (SELECT many FROM ended),
    'oldest_queued_age_sec', (
        SELECT round(cast(extract(epoch FROM now() - min(created_at)) AS numeric), 3)
        FROM (SELECT created_at FROM waiting_jobs LIMIT 100001) AS waiting),
    'outbox_depth', (SELECT count(*) FROM (SELECT FROM waiting_jobs WHERE published_at IS NULL LIMIT 100001) AS waiting),
    'dead_letters', (
        SELECT coalesce(json_object_agg(error_code, letters ORDER BY letters DESC, error_code), '{}')
        FROM letter_counts)) AS text) AS stats
