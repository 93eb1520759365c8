-- Keeps a dead letter for the operators; the same one delivered or published again is kept once.
INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, route, metadata)
VALUES ((SELECT id FROM jobs WHERE id = cast(:?jobId AS uuid)),
        cast(:?attempt AS integer), :?messageId, :?errorCode, :?reason, :?error, cast(:?attempts AS integer),
        :?route, cast(:?metadata AS json))
ON CONFLICT DO NOTHING
RETURNING cast(id AS text) AS id
