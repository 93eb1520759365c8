-- The presets of the live revision of each pipeline, as JSON; null for a pipeline without a live revision.
-- plan: keep
SELECT name AS pipeline, cast(presets AS text) AS presets
FROM pipelines LEFT JOIN pipeline_revisions ON pipeline = name AND revision = live_revision
ORDER BY name
