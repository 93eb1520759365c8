-- The request that a job came from, with the defaults that applied, as one JSON document; no row if there is no such job.
SELECT user_id,
       cast(json_build_object(
           'content', content,
           'preset', preset,
           'priority', priority,
           'lang', lang,
           'duration_sec', duration_sec,
           'metadata', metadata,
           'callback_url', callback_url) AS text) AS request
FROM jobs
WHERE id = cast(:?jobId AS uuid)
