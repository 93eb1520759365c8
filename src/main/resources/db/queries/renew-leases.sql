-- Renews the leases of the attempts that this worker runs, and records their progress. Skips a job that another
-- statement is changing until the next renewal; otherwise the statements would wait for each other row by row, and all
-- others for them. Returns the jobs that the worker still owns, and whether each was renewed; the other attempts were
-- cancelled or taken over and must stop.
-- plan: keep
WITH running AS MATERIALIZED (
    SELECT * FROM json_to_recordset(cast(:?running AS json))
        AS told (job_id uuid, attempt integer, stage text, percent integer)
), free AS (
    SELECT job.id FROM running, LATERAL (
        SELECT id FROM jobs
        WHERE id = running.job_id AND attempt = running.attempt
          -- As an enum, the planner might read all running jobs by their index to find the one with this ID.
          AND cast(state AS text) = 'PROCESSING' AND worker_id = :?workerId
        FOR NO KEY UPDATE SKIP LOCKED) AS job
), renewed AS (
    UPDATE jobs SET
        lease_expires_at = now() + make_interval(secs => cast(:?leaseSec AS double precision)),
        progress_stage = running.stage,
        progress_percent = running.percent,
        updated_at = CASE
            WHEN (jobs.progress_stage, jobs.progress_percent) IS DISTINCT FROM (running.stage, running.percent) THEN now()
            ELSE jobs.updated_at END
    FROM running
    WHERE jobs.id = ANY (ARRAY(SELECT id FROM free)) AND jobs.id = running.job_id
    RETURNING jobs.id
)
SELECT cast(job_id AS text) AS job_id, attempt, job_id IN (SELECT id FROM renewed) AS renewed
FROM running
-- As EXISTS, the planner might join with all of jobs.
WHERE (
    SELECT true FROM jobs
    WHERE id = running.job_id AND attempt = running.attempt
      AND cast(state AS text) = 'PROCESSING' AND worker_id = :?workerId)
