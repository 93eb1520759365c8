-- Takes the content of a pipeline's files from a worker. It goes live once: if it was never seen before, or if it was
-- last seen before this worker's files had the content that they have now replaced (since, null at the start of the
-- worker). So a worker that still has older files changes nothing, and a revision that an operator went back to stays
-- until files change again. A refused one goes live once it has no faults, for example because a setting was added. With
-- faults it is refused, and the live revision stays. Returns one row; outcome is 'live',
-- 'refused', or 'known'.
WITH seen AS (
    SELECT seen_at FROM pipeline_revisions WHERE pipeline = :?pipeline AND revision = :?revision
), verdict AS (
    SELECT NOT EXISTS (SELECT FROM seen WHERE seen_at >= coalesce(cast(:?since AS timestamptz), '-infinity'))
           OR (cast(:?faults AS json) IS NULL
               AND EXISTS (SELECT FROM pipelines WHERE name = :?pipeline AND refused_revision = :?revision)) AS new
), stored AS (
    INSERT INTO pipeline_revisions AS known (pipeline, revision, files, presets, faults)
    VALUES (:?pipeline, :?revision, cast(:?files AS json), cast(:?presets AS json), cast(:?faults AS json))
    ON CONFLICT (pipeline, revision) DO UPDATE SET
        -- The settings that presets require may have come or gone, and the check may have learned.
        presets = excluded.presets,
        faults = excluded.faults,
        seen_at = CASE WHEN (SELECT new FROM verdict) THEN now() ELSE known.seen_at END
), published AS (
    INSERT INTO pipelines (name, live_revision, published_at)
    SELECT :?pipeline, :?revision, now() FROM verdict WHERE new AND cast(:?faults AS json) IS NULL
    ON CONFLICT (name) DO UPDATE SET
        live_revision = excluded.live_revision,
        published_at = excluded.published_at,
        published_by = NULL,
        refused_revision = NULL,
        refused_at = NULL
), refused AS (
    INSERT INTO pipelines (name, refused_revision, refused_at)
    SELECT :?pipeline, :?revision, now() FROM verdict WHERE new AND cast(:?faults AS json) IS NOT NULL
    ON CONFLICT (name) DO UPDATE SET refused_revision = excluded.refused_revision, refused_at = excluded.refused_at
), reverted AS (
    -- The files were set back to the live revision while no worker ran to see it. A worker that starts within five
    -- minutes of the refusal may still have the files of before.
    UPDATE pipelines SET refused_revision = NULL, refused_at = NULL
    WHERE name = :?pipeline AND live_revision = :?revision AND refused_at < now() - interval '5 minutes'
          AND cast(:?since AS timestamptz) IS NULL AND NOT (SELECT new FROM verdict)
)
SELECT CASE WHEN NOT new THEN 'known' WHEN cast(:?faults AS json) IS NULL THEN 'live' ELSE 'refused' END AS outcome,
       cast(now() AS text) AS at
FROM verdict
