-- The owner of the job, the attempt whose files count, and the named artifact as the job's result describes it. Returns
-- no row if there is no such job; artifact is null if the job has none of that name.
SELECT jobs.user_id,
       jobs.attempt,
       cast(artifact AS text) AS artifact
FROM jobs
LEFT JOIN results ON results.job_id = jobs.id AND results.attempt = jobs.attempt AND results.success
LEFT JOIN LATERAL json_array_elements(
    -- The output is free-form, and a custom pipeline may use this key for something else.
    CASE json_typeof(results.output -> 'artifacts') WHEN 'array' THEN results.output -> 'artifacts' ELSE '[]' END
) AS artifact ON artifact ->> 'name' = :?artifactName
WHERE jobs.id = cast(:?jobId AS uuid)
