-- Counts waiting, running, and failed work, for metrics, and says which pipelines have refused files. Returns one row. A
-- job waits from its submission, redrive, or last attempt; publishing a lost message again does not restart its wait.
-- Counts that can grow stop at 100,000, because this runs every few seconds; of more waiting jobs, the oldest is the oldest
-- of those that were counted.
WITH waiting AS (
    SELECT count(*) AS jobs,
           count(*) FILTER (WHERE published_at IS NULL) AS unpublished,
           -- A deferred job may have been published long after it was queued.
           min(CASE WHEN deferred THEN leased_until ELSE created_at END) FILTER (WHERE published_at IS NULL)
               AS unpublished_since,
           min(created_at) AS since
    FROM (SELECT * FROM waiting_jobs LIMIT 100001) AS counted
), letters AS (
    SELECT error_code, count(*) AS letters
    FROM (
        SELECT error_code FROM dead_letters
        WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
        LIMIT 100001) AS waiting
    GROUP BY error_code
)
SELECT waiting.unpublished AS outbox_depth,
       cast(coalesce(greatest(0, extract(epoch FROM now() - waiting.unpublished_since)), 0) AS double precision)
           AS outbox_age_seconds,
       waiting.jobs AS jobs_queued,
       (SELECT count(*) FROM jobs WHERE state = 'PROCESSING') AS jobs_processing,
       (SELECT count(*) FROM outbox
        WHERE slice >= newest_slice() - 1 AND leased_until = 'infinity') AS jobs_in_flight,
       coalesce((SELECT jobs FROM worker_capacity), 0) AS jobs_in_flight_limit,
       cast(coalesce(extract(epoch FROM now() - waiting.since), 0) AS double precision) AS oldest_waiting_seconds,
       (SELECT cast(coalesce(json_object_agg(error_code, letters), '{}') AS text) FROM letters) AS dead_letters,
       (SELECT cast(coalesce(json_object_agg(name, cast(refused_revision IS NOT NULL AS integer)), '{}') AS text)
        FROM pipelines) AS pipelines_refused
FROM waiting
