-- The files of a pipeline are gone from a running worker: nothing of it is live. Changes nothing if another worker saw
-- new files of it since this one learned of its files. Returns one row; outcome is 'retired' or 'known'.
WITH retired AS (
    UPDATE pipelines SET live_revision = NULL, refused_revision = NULL, refused_at = NULL
    WHERE name = :?pipeline AND NOT EXISTS (
        SELECT FROM pipeline_revisions WHERE pipeline = name AND seen_at > cast(:?since AS timestamptz))
    RETURNING name
)
SELECT CASE WHEN EXISTS (SELECT FROM retired) THEN 'retired' ELSE 'known' END AS outcome, cast(now() AS text) AS at
