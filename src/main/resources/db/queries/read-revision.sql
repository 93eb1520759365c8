-- The files of a revision, as JSON.
SELECT pipeline, revision, cast(files AS text) AS files
FROM pipeline_revisions WHERE pipeline = :?pipeline AND revision = :?revision
