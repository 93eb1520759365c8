-- A dead letter with all details as one JSON document, and what blocks its redrive. Returns no row if there is none or
-- it is discarded.
SELECT cast(json_build_object(
           'id', letter.id,
           'job_id', letter.job_id,
           'error_code', letter.error_code,
           'reason', letter.reason,
           'error', letter.error,
           'attempts', letter.attempts,
           'route', letter.route,
           'pipeline', letter.pipeline,
           'step', letter.step,
           'file', letter.file,
           'line', letter.line,
           'group', letter.group_id,
           'created_at', iso8601(letter.created_at),
           'redriven_at', iso8601(letter.redriven_at),
           'redriven_by', letter.redriven_by,
           'settled_at', iso8601(letter.settled_at),
           'settled_why', letter.settled_why,
           'attempt', letter.attempt,
           'message_id', letter.message_id,
           'job_status', jobs.state,
           'metadata', letter.metadata) AS text) AS letter,
       CASE
           WHEN letter.redriven_at IS NOT NULL THEN 'It was redriven before.'
           WHEN letter.settled_at IS NOT NULL THEN 'It settled itself: ' || letter.settled_why
           WHEN jobs.id IS NULL THEN 'It names no job.'
           WHEN jobs.state <> 'FAILED' THEN 'Its job is ' || jobs.state || ', not FAILED.'
           ELSE 'Its job is being changed; try again.' END AS obstacle
FROM dead_letters AS letter LEFT JOIN jobs ON jobs.id = letter.job_id
WHERE letter.id = cast(:?letterId AS uuid) AND letter.discarded_at IS NULL
