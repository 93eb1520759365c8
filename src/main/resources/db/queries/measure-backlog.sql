-- Counts waiting, running, and failed work, for metrics, and says which pipelines have refused files. Returns one row. A
-- job waits from its submission, redrive, or last attempt; publishing a lost message again does not restart its wait.
-- Counts that can grow stop at 100,000, because this runs every few seconds.
WITH outside AS (
    SELECT (SELECT count(*) FROM (SELECT FROM outbox LIMIT 100001) AS waiting) AS depth,
           (SELECT created_at FROM outbox ORDER BY id LIMIT 1) AS since
), on_the_way AS (
    SELECT min(entered_at) AS since FROM (
        SELECT max(job_states.entered_at) AS entered_at
        FROM jobs JOIN job_states ON job_states.job_id = jobs.id AND job_states.state = 'QUEUED'
        WHERE jobs.published_at IS NOT NULL
        GROUP BY jobs.id) AS published
), letters AS (
    SELECT error_code, count(*) AS letters
    FROM (
        SELECT error_code FROM dead_letters
        WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
        LIMIT 100001) AS waiting
    GROUP BY error_code
)
SELECT outside.depth AS outbox_depth,
       cast(coalesce(extract(epoch FROM now() - outside.since), 0) AS double precision) AS outbox_age_seconds,
       (SELECT count(*) FROM (SELECT FROM jobs WHERE state = 'QUEUED' LIMIT 100001) AS waiting) AS jobs_queued,
       (SELECT count(*) FROM jobs WHERE state = 'PROCESSING') AS jobs_processing,
       (SELECT count(*) FROM jobs WHERE published_at IS NOT NULL) AS jobs_in_flight,
       coalesce((SELECT jobs FROM worker_capacity), 0) AS jobs_in_flight_limit,
       cast(coalesce(extract(epoch FROM now() - least(outside.since, on_the_way.since)), 0) AS double precision)
           AS oldest_waiting_seconds,
       (SELECT cast(coalesce(json_object_agg(error_code, letters), '{}') AS text) FROM letters) AS dead_letters,
       (SELECT cast(coalesce(json_object_agg(name, cast(refused_revision IS NOT NULL AS integer)), '{}') AS text)
        FROM pipelines) AS pipelines_refused
FROM outside, on_the_way
