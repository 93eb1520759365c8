-- A revision of a pipeline for an operator, as one JSON document: its files, what the check found, its jobs by status (10001
-- means more), and at which steps attempts of the pipeline failed in the last 24 hours, of the latest 10,000 dead letters.
-- No row if there is no such revision.
WITH failed AS (
    SELECT step, route, created_at
    FROM (
        SELECT * FROM dead_letters
        WHERE created_at > now() - interval '24 hours' AND discarded_at IS NULL AND settled_at IS NULL
        ORDER BY created_at DESC, id DESC
        LIMIT 10000) AS latest
    WHERE pipeline = :?pipeline
)
SELECT cast(json_build_object(
           'pipeline', known.pipeline,
           'revision', known.revision,
           'live', coalesce(pipelines.live_revision = known.revision, false),
           'seen_at', iso8601(known.seen_at),
           'presets', known.presets,
           'faults', coalesce(known.faults, '[]'),
           'files', known.files,
           'jobs', (
               SELECT coalesce(json_object_agg(of_state.state, counted.jobs), '{}')
               FROM unnest(enum_range(cast(NULL AS job_state))) AS of_state (state),
               LATERAL (
                   SELECT count(*) AS jobs FROM (
                       SELECT FROM jobs
                       WHERE pipeline = known.pipeline AND revision = known.revision AND state = of_state.state
                       LIMIT 10001) AS up_to_limit) AS counted
               WHERE counted.jobs > 0),
           'failures', (
               SELECT coalesce(json_agg(json_build_object(
                   'step', step, 'route', route, 'count', letters, 'last_at', iso8601(last_at))
                   ORDER BY letters DESC, step), '[]')
               FROM (
                   SELECT step, route, count(*) AS letters, max(created_at) AS last_at FROM failed GROUP BY step, route
               ) AS by_step)) AS text) AS document
FROM pipeline_revisions AS known LEFT JOIN pipelines ON pipelines.name = known.pipeline
WHERE known.pipeline = :?pipeline AND known.revision = :?revision
