-- Whose job it is, which attempt's files count, and the artifact of that name as its result describes it.
-- No row when there is no such job; artifact is null when the job has none of that name.
SELECT jobs.user_id,
       jobs.attempt,
       cast(artifact AS text) AS artifact
FROM jobs
LEFT JOIN results ON results.job_id = jobs.id AND results.attempt = jobs.attempt AND results.success
LEFT JOIN LATERAL json_array_elements(
    -- The output is the pipeline's own, and a pipeline of someone else's may mean something else by the word.
    CASE json_typeof(results.output -> 'artifacts') WHEN 'array' THEN results.output -> 'artifacts' ELSE '[]' END
) AS artifact ON artifact ->> 'name' = :?artifactName
WHERE jobs.id = cast(:?jobId AS uuid)
