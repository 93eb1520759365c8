-- The revisions that workers run.
-- plan: keep
SELECT name AS pipeline, live_revision AS revision FROM pipelines WHERE live_revision IS NOT NULL ORDER BY name
