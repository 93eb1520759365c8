-- How the system stands, as one JSON document. Each count reads a partial index of its own, not the table.
WITH job_counts AS (
    SELECT 'QUEUED' AS status, count(*) AS jobs FROM jobs WHERE state = 'QUEUED'
    UNION ALL
    SELECT 'PROCESSING', count(*) FROM jobs WHERE state = 'PROCESSING'
    UNION ALL
    SELECT cast(state AS text), count(*) FROM jobs WHERE completed_at IS NOT NULL GROUP BY state
), letter_counts AS (
    SELECT error_code, count(*) AS letters FROM dead_letters
    WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
    GROUP BY error_code
)
SELECT cast(json_build_object(
    'jobs', (
        SELECT json_object_agg(status, coalesce(job_counts.jobs, 0) ORDER BY place)
        FROM unnest(cast(enum_range(cast(NULL AS job_state)) AS text[])) WITH ORDINALITY AS known (status, place)
        LEFT JOIN job_counts USING (status)),
    'oldest_queued_age_sec', (
        SELECT round(cast(extract(epoch FROM now() - min(updated_at)) AS numeric), 3) FROM jobs WHERE state = 'QUEUED'),
    'outbox_depth', (SELECT count(*) FROM outbox),
    'dead_letters', (
        SELECT coalesce(json_object_agg(error_code, letters ORDER BY letters DESC, error_code), '{}')
        FROM letter_counts)) AS text) AS stats
