-- The job as its owner sees it, as one JSON document, with what the route decides by; no row when there is no such job.
-- plan: keep
SELECT job,
       '"' || md5(job) || '"' AS etag,
       user_id,
       ended
FROM (
    SELECT cast(document AS text) AS job, user_id, ended FROM job_documents WHERE job_id = cast(:?jobId AS uuid)
    -- Without this the document is built twice, once for its tag.
    OFFSET 0
) AS found
