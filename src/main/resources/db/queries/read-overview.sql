-- What an operator looks at first, as one JSON document, at a cost that does not grow with the tables: the document of
-- read-stats, the last hour, the workers with their jobs, and the pipelines. The last hour has 30 spans of two minutes; of
-- each, the 1,000 jobs that ended last are read, and if there are more, the numbers are estimated from the time in which
-- they ended. A job that was redriven has no times, because it waited for an operator.
WITH spans AS (
    SELECT start, least(now(), start + interval '2 minutes') AS until
    FROM generate_series(
        date_bin('2 minutes', now(), '2000-01-01') - interval '58 minutes', now(), interval '2 minutes') AS start
), ended AS MATERIALIZED (
    SELECT spans.start, spans.until, job.*
    FROM spans, LATERAL (
        SELECT state, completed_at, created_at, started_at, series_start = 0 AND state <> 'CANCELLED' AS timed FROM jobs
        WHERE completed_at >= spans.start AND completed_at < spans.start + interval '2 minutes'
        ORDER BY completed_at DESC
        LIMIT 1001) AS job
), times AS (
    SELECT start,
           until,
           state,
           completed_at,
           CASE WHEN timed THEN round(extract(epoch FROM started_at - created_at), 3) END AS wait,
           CASE WHEN timed THEN round(extract(epoch FROM completed_at - started_at), 3) END AS run,
           CASE WHEN timed THEN round(extract(epoch FROM completed_at - created_at), 3) END AS total
    FROM ended
), measured AS (
    SELECT spans.start,
           count(times.state) > 1000 AS estimated,
           CASE WHEN count(times.state) > 1000
               THEN greatest(1, extract(epoch FROM spans.until - spans.start)
                   / greatest(0.001, extract(epoch FROM spans.until - min(times.completed_at))))
               ELSE 1 END AS scale,
           count(*) FILTER (WHERE state = 'COMPLETED') AS completed,
           count(*) FILTER (WHERE state = 'FAILED') AS failed,
           count(*) FILTER (WHERE state = 'CANCELLED') AS cancelled,
           percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY wait) AS wait,
           percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY run) AS run,
           percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY total) AS total
    FROM spans LEFT JOIN times USING (start)
    GROUP BY spans.start, spans.until
), running AS MATERIALIZED (
    SELECT id, worker_id, preset, pipeline, revision, attempt, progress_stage, progress_percent, started_at,
           row_number() OVER (PARTITION BY worker_id ORDER BY id) AS place
    FROM (SELECT * FROM jobs WHERE state = 'PROCESSING' ORDER BY id LIMIT 2001) AS oldest
), alive AS (
    SELECT id, slots FROM workers WHERE alive_until > now() ORDER BY id LIMIT 200
), staff AS (
    SELECT coalesce(alive.id, busy.worker_id) AS id, alive.slots, alive.id IS NOT NULL AS alive, busy.jobs, busy.first_jobs
    FROM alive
    FULL JOIN (
        SELECT worker_id,
               count(*) AS jobs,
               json_agg(json_build_object(
                   'job_id', id,
                   'preset', preset,
                   'pipeline', pipeline,
                   'attempt', attempt,
                   'stage', progress_stage,
                   'percent', progress_percent,
                   'started_at', iso8601(started_at)) ORDER BY id) FILTER (WHERE place <= 20) AS first_jobs
        FROM running GROUP BY worker_id) AS busy ON busy.worker_id = alive.id
)
SELECT cast(json_build_object(
    'stats', cast(:?stats AS json),
    'oldest_waiting', (
        SELECT json_build_object('job_id', job_id, 'since', iso8601(created_at))
        FROM (SELECT job_id, created_at FROM waiting_jobs LIMIT 100001) AS waiting
        ORDER BY created_at, job_id LIMIT 1),
    'last_hour', json_build_object(
        'spans', (
            SELECT json_agg(json_build_object(
                'start', iso8601(start),
                'completed', round(completed * scale),
                'failed', round(failed * scale),
                'cancelled', round(cancelled * scale),
                'estimated', estimated,
                'wait_sec', json_build_object('p50', wait[1], 'p95', wait[2]),
                'run_sec', json_build_object('p50', run[1], 'p95', run[2]),
                'total_sec', json_build_object('p50', total[1], 'p95', total[2])) ORDER BY start)
            FROM measured),
        'wait_sec', (
            SELECT json_build_object('p50', p[1], 'p95', p[2])
            FROM (SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY wait) AS p FROM times) AS whole),
        'run_sec', (
            SELECT json_build_object('p50', p[1], 'p95', p[2])
            FROM (SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY run) AS p FROM times) AS whole),
        'total_sec', (
            SELECT json_build_object('p50', p[1], 'p95', p[2])
            FROM (SELECT percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY total) AS p FROM times) AS whole)),
    'workers', (
        SELECT coalesce(json_agg(json_build_object(
            'worker_id', id,
            'alive', alive,
            'slots', slots,
            'running', coalesce(jobs, 0),
            'jobs', coalesce(first_jobs, '[]')) ORDER BY alive, id), '[]')
        FROM staff),
    'pipelines', (
        SELECT coalesce(json_agg(json_build_object(
            'name', name,
            'live_revision', live_revision,
            'published_at', iso8601(published_at),
            'published_by', published_by,
            'refused_revision', refused_revision,
            'refused_at', iso8601(refused_at),
            'fault', (
                SELECT faults -> 0 FROM pipeline_revisions
                WHERE pipeline = name AND revision = refused_revision)) ORDER BY name), '[]')
        FROM pipelines)) AS text) AS document
