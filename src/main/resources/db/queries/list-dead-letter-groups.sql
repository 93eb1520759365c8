-- The dead letters that wait for an operator, grouped by cause, as one JSON document: the 200 largest groups, with the
-- details of the newest letter of each. At most 100,001 letters are counted.
WITH counted AS (
    SELECT group_id, count(*) AS letters, min(created_at) AS first_at, max(created_at) AS last_at
    FROM (
        SELECT group_id, created_at FROM dead_letters
        WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
        LIMIT 100001) AS waiting
    GROUP BY group_id
), largest AS (
    SELECT * FROM counted ORDER BY letters DESC, last_at DESC LIMIT 200
), documents AS (
    SELECT letters, last_at, json_build_object(
        'group', largest.group_id,
        'error_code', newest.error_code,
        'error', newest.error,
        'pipeline', newest.pipeline,
        'route', newest.route,
        'step', newest.step,
        'file', newest.file,
        'line', newest.line,
        'redrivable', newest.job_id IS NOT NULL,
        'retryable', (SELECT retryable FROM results WHERE job_id = newest.job_id AND attempt = newest.attempt),
        'count', largest.letters,
        'first_at', iso8601(largest.first_at),
        'last_at', iso8601(largest.last_at)) AS document
    FROM largest, LATERAL (
        SELECT * FROM dead_letters
        WHERE group_id = largest.group_id AND redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL
        ORDER BY created_at DESC, id DESC
        LIMIT 1) AS newest
)
SELECT cast(json_build_object(
    'groups', (SELECT coalesce(json_agg(document ORDER BY letters DESC, last_at DESC), '[]') FROM documents),
    'count', (SELECT coalesce(sum(letters), 0) FROM counted),
    'more_groups', (SELECT greatest(0, count(*) - 200) FROM counted)) AS text) AS document
