-- Stores what a stage remembers, or deletes it if the value is null, while this attempt has the job. Returns one row;
-- stored is false if it has it no longer.
-- plan: keep
WITH owner AS MATERIALIZED (
    SELECT id FROM jobs
    WHERE id = cast(:?jobId AS uuid) AND attempt = cast(:?attempt AS integer)
      -- As an enum, the planner might read all running jobs by their index to find the one with this ID.
      AND cast(state AS text) = 'PROCESSING'
    -- No other worker claims the job, and nobody cancels it, before this is stored.
    FOR SHARE
), kept AS (
    INSERT INTO job_variables (job_id, name, value, attempt)
    SELECT id, :?variableName, cast(:?variableValue AS text), cast(:?attempt AS integer) FROM owner
    WHERE cast(:?variableValue AS text) IS NOT NULL
    ON CONFLICT (job_id, name) DO UPDATE SET
        value = excluded.value,
        attempt = excluded.attempt,
        stored_at = now()
), forgotten AS (
    DELETE FROM job_variables
    WHERE job_id IN (SELECT id FROM owner) AND name = :?variableName AND cast(:?variableValue AS text) IS NULL
)
SELECT EXISTS (SELECT FROM owner) AS stored
