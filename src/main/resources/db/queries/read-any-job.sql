-- A job for an operator, as one JSON document: what its owner sees, and where it runs, its whole text, its dead letters, and
-- its latest webhook deliveries. No row if there is no such job.
-- plan: keep
SELECT cast(json_build_object(
    'job', documents.document,
    'user_id', jobs.user_id,
    'content', jobs.content,
    'request_id', jobs.request_id,
    'callback_url', jobs.callback_url,
    'pipeline', jobs.pipeline,
    'revision', jobs.revision,
    'worker_id', jobs.worker_id,
    'lease_expires_at', iso8601(jobs.lease_expires_at),
    'dead_letters', (
        SELECT coalesce(json_agg(json_build_object(
            'id', letter.id,
            'attempt', letter.attempt,
            'error_code', letter.error_code,
            'error', letter.error,
            'created_at', iso8601(letter.created_at),
            'redriven_at', iso8601(letter.redriven_at),
            'discarded_at', iso8601(letter.discarded_at),
            'settled_at', iso8601(letter.settled_at)) ORDER BY letter.created_at DESC, letter.id DESC), '[]')
        FROM (SELECT * FROM dead_letters WHERE job_id = jobs.id ORDER BY attempt DESC LIMIT 100) AS letter),
    'deliveries', (
        SELECT coalesce(json_agg(delivery_document(delivery) ORDER BY id DESC), '[]')
        FROM (
            SELECT id, deliveries AS delivery FROM deliveries WHERE job_id = jobs.id ORDER BY id DESC LIMIT 100) AS latest
    )) AS text) AS document
FROM jobs JOIN job_documents AS documents ON documents.job_id = jobs.id
WHERE jobs.id = cast(:?jobId AS uuid)
