-- This worker still runs these attempts: their leases begin anew and their progress is shown.
-- Answers those that are still its own; the others were cancelled or taken over and must stop.
UPDATE jobs SET
    lease_expires_at = now() + make_interval(secs => cast(:?leaseSec AS double precision)),
    progress_stage = running.stage,
    progress_percent = running.percent,
    updated_at = CASE
        WHEN (jobs.progress_stage, jobs.progress_percent) IS DISTINCT FROM (running.stage, running.percent) THEN now()
        ELSE jobs.updated_at END
FROM json_to_recordset(cast(:?running AS json)) AS running (job_id uuid, attempt integer, stage text, percent integer)
WHERE jobs.id = running.job_id AND jobs.attempt = running.attempt
  AND jobs.state = 'PROCESSING' AND jobs.worker_id = :?workerId
RETURNING cast(jobs.id AS text) AS job_id, jobs.attempt
