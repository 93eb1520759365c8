-- Makes a revision of a pipeline live again. Workers change over as soon as they see it. Returns 'published', 'refused' if
-- the revision has faults, or no row if there is no such revision.
WITH wanted AS (
    SELECT pipeline, revision, faults IS NULL AS good FROM pipeline_revisions
    WHERE pipeline = :?pipeline AND revision = :?revision
), published AS (
    UPDATE pipelines SET live_revision = wanted.revision, published_at = now(), published_by = :?userId
    FROM wanted WHERE name = wanted.pipeline AND wanted.good
)
SELECT CASE WHEN good THEN 'published' ELSE 'refused' END AS outcome FROM wanted
