-- Which of these ids are no job's: what lies under them belongs to nobody.
SELECT cast(folder.id AS text) AS job_id
FROM unnest(cast(:?jobIds AS uuid[])) AS folder (id)
WHERE NOT EXISTS (SELECT FROM jobs WHERE jobs.id = folder.id)
