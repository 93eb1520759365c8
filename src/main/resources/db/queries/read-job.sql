-- The job as its owner sees it, as one JSON document, with what the route decides by; no row when there is no such job.
SELECT document.job,
       '"' || md5(document.job) || '"' AS etag,
       document.user_id,
       document.ended
FROM (
    SELECT jobs.user_id,
           jobs.completed_at IS NOT NULL AS ended,
           cast(json_build_object(
               'job_id', jobs.id,
               'status', jobs.state,
               'preset', jobs.preset,
               'priority', jobs.priority,
               'lang', jobs.lang,
               'duration_sec', jobs.duration_sec,
               'content_preview', left(jobs.content, 100),
               'metadata', jobs.metadata,
               'created_at', iso8601(jobs.created_at),
               'updated_at', iso8601(jobs.updated_at),
               'started_at', iso8601(jobs.started_at),
               'completed_at', iso8601(jobs.completed_at),
               'attempt', jobs.attempt,
               'max_attempts', jobs.max_attempts,
               'progress', CASE WHEN jobs.progress_stage IS NOT NULL THEN
                   json_build_object('stage', jobs.progress_stage, 'percent', jobs.progress_percent) END,
               'state_history', (
                   SELECT json_agg(json_build_object(
                       'state', entry.state,
                       'entered_at', iso8601(entry.entered_at),
                       'metadata', entry.metadata) ORDER BY entry.id)
                   FROM job_states AS entry WHERE entry.job_id = jobs.id),
               'result', CASE WHEN results.job_id IS NOT NULL THEN
                   json_build_object(
                       'success', results.success,
                       'output', results.output,
                       'error_code', results.error_code,
                       'error_message', results.error_message,
                       'retryable', results.retryable,
                       'execution_time_ms', results.execution_time_ms,
                       'completed_at', iso8601(results.completed_at)) END,
               'links', json_build_object(
                   'self', '/pipeline/job/' || jobs.id,
                   'events', '/pipeline/job/' || jobs.id || '/events',
                   'cancel', '/pipeline/job/' || jobs.id || '/cancel')) AS text) AS job
    FROM jobs
    LEFT JOIN results ON results.job_id = jobs.id AND results.attempt = jobs.attempt AND jobs.completed_at IS NOT NULL
    WHERE jobs.id = cast(:?jobId AS uuid)
) AS document
