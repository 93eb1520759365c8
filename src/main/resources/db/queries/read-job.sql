-- The job as its owner sees it, as one JSON document, and the values that the route decides by; no row if there is no
-- such job.
-- plan: keep
SELECT job,
       '"' || md5(job) || '"' AS etag,
       user_id,
       ended
FROM (
    SELECT cast(document AS text) AS job, user_id, ended FROM job_documents WHERE job_id = cast(:?jobId AS uuid)
    -- Without OFFSET 0, the document is built twice, once for its ETag.
    OFFSET 0
) AS found
