-- Keeps a dead letter for the operators; the same one delivered or published again is kept once.
WITH told AS (
    -- The result came first and left what it knew.
    UPDATE dead_letters SET
        message_id = :?messageId,
        error_code = :?errorCode,
        reason = :?reason,
        error = :?error,
        attempts = cast(:?attempts AS integer),
        route = :?route,
        metadata = cast(:?metadata AS json)
    WHERE job_id = cast(:?jobId AS uuid) AND attempt = cast(:?attempt AS integer)
      AND message_id = 'result:' || job_id || ':' || attempt
    RETURNING id
), kept AS (
    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, metadata)
    SELECT (SELECT id FROM jobs WHERE id = cast(:?jobId AS uuid)),
           cast(:?attempt AS integer), :?messageId, :?errorCode, :?reason, :?error, cast(:?attempts AS integer),
           :?route, cast(:?metadata AS json)
    WHERE NOT EXISTS (SELECT FROM told)
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT cast(id AS text) AS id FROM told UNION ALL SELECT cast(id AS text) FROM kept
