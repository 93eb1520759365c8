-- The watched jobs that have changed or no longer exist since they were last seen, one row each. A job does not return
-- to a state within the same attempt, so the same version means no change.
SELECT cast(seen.job_id AS text) AS job_id,
       jobs.user_id,
       concat_ws(' ', jobs.state, jobs.attempt, jobs.progress_stage, jobs.progress_percent) AS version,
       jobs.completed_at IS NOT NULL AS ended,
       (
           SELECT string_agg(cast(json_build_object(
               'state', entry.state,
               'entered_at', iso8601(entry.entered_at),
               'metadata', entry.metadata) AS text), chr(10) ORDER BY entry.id)
           FROM job_states AS entry WHERE entry.job_id = jobs.id) AS states,
       CASE WHEN jobs.progress_stage IS NOT NULL THEN
           cast(json_build_object('stage', jobs.progress_stage, 'percent', jobs.progress_percent) AS text) END AS progress,
       (
           SELECT cast(extract(epoch FROM jobs.updated_at - max(entry.entered_at)) * 1000 AS bigint)
           FROM job_states AS entry WHERE entry.job_id = jobs.id) AS progress_ms
FROM json_to_recordset(cast(:?watched AS json)) AS seen (job_id uuid, version text)
-- LIMIT has no effect except to make the planner use one index lookup per job.
LEFT JOIN LATERAL (SELECT * FROM jobs WHERE jobs.id = seen.job_id LIMIT 1) AS jobs ON true
WHERE concat_ws(' ', jobs.state, jobs.attempt, jobs.progress_stage, jobs.progress_percent) IS DISTINCT FROM seen.version
