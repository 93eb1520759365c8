-- Those of these IDs that belong to no job: their files are orphaned.
SELECT cast(folder.id AS text) AS job_id
FROM unnest(cast(:?jobIds AS uuid[])) AS folder (id)
WHERE NOT EXISTS (SELECT FROM jobs WHERE jobs.id = folder.id)
