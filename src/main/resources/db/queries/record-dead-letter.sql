-- Records a dead letter; a redelivered or republished one is recorded once. If Pub/Sub gave up on the message of a job
-- that has not failed, no operator needs to act: the job is published again, and if it fails, it gets its own letter.
WITH job AS (
    SELECT id, state FROM jobs WHERE id = cast(:?jobId AS uuid)
), letter AS (
    SELECT (SELECT id FROM job) AS job_id,
           cast(:?attempt AS integer) AS attempt,
           cast(:?messageId AS text) AS message_id,
           cast(:?errorCode AS text) AS error_code,
           cast(:?reason AS text) AS reason,
           cast(:?error AS text) AS error,
           cast(:?attempts AS integer) AS attempts,
           cast(:?route AS text) AS route,
           cast(:?pipeline AS text) AS pipeline,
           cast(:?step AS text) AS step,
           cast(:?file AS text) AS file,
           cast(:?line AS integer) AS line,
           cast(:?metadata AS json) AS metadata
), of_attempt AS (
    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, pipeline, step,
                              file, line, metadata)
    SELECT * FROM letter WHERE job_id IS NOT NULL AND attempt IS NOT NULL
    -- The result arrived first and left a shorter letter.
    ON CONFLICT (job_id, attempt) DO UPDATE SET
        message_id = excluded.message_id,
        error_code = excluded.error_code,
        reason = excluded.reason,
        error = excluded.error,
        attempts = excluded.attempts,
        route = excluded.route,
        pipeline = excluded.pipeline,
        step = excluded.step,
        file = excluded.file,
        line = excluded.line,
        metadata = excluded.metadata
    WHERE dead_letters.message_id = 'result:' || dead_letters.job_id || ':' || dead_letters.attempt
    RETURNING id
), of_message AS (
    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, pipeline, step,
                              file, line, metadata, settled_at, settled_why)
    SELECT letter.*,
           CASE WHEN needless.state IS NOT NULL THEN now() END,
           'Its job is ' || needless.state || '.'
    FROM letter
    LEFT JOIN job AS needless ON letter.error_code = 'DELIVERY_EXHAUSTED' AND needless.state <> 'FAILED'
    WHERE job_id IS NULL OR attempt IS NULL
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT cast(id AS text) AS id FROM of_attempt UNION ALL SELECT cast(id AS text) FROM of_message
