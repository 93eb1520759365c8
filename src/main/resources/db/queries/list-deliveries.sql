-- The deliveries to a job's callback_url, newest first, as one JSON document.
SELECT cast(json_build_object(
    'deliveries', coalesce(json_agg(delivery_document(deliveries) ORDER BY id DESC), '[]'),
    'count', count(*)) AS text) AS document
FROM deliveries
WHERE job_id = cast(:?jobId AS uuid)
