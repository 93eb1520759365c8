-- Every pipeline for an operator, as JSON: the live and the refused revision, and the latest revisions with the jobs whose
-- last attempt ran on each, counted up to 10,000. Only the pipeline itself if the variable pipeline names one.
WITH documents AS (
    SELECT name, json_build_object(
        'name', name,
        'live', CASE WHEN live_revision IS NOT NULL THEN json_build_object(
            'revision', live_revision,
            'published_at', iso8601(published_at),
            'published_by', published_by,
            'presets', (
                SELECT json_agg(preset ->> 'name')
                FROM pipeline_revisions, json_array_elements(presets) AS preset
                WHERE pipeline = name AND revision = live_revision)) END,
        'refused', CASE WHEN refused_revision IS NOT NULL THEN json_build_object(
            'revision', refused_revision,
            'refused_at', iso8601(refused_at),
            'faults', (
                SELECT faults FROM pipeline_revisions WHERE pipeline = name AND revision = refused_revision)) END,
        'revisions', (
            SELECT json_agg(json_build_object(
                'revision', latest.revision,
                'seen_at', iso8601(latest.seen_at),
                'good', latest.good,
                'jobs', (
                    SELECT coalesce(json_object_agg(of_state.state, counted.jobs), '{}')
                    FROM unnest(enum_range(cast(NULL AS job_state))) AS of_state (state),
                    LATERAL (
                        SELECT count(*) AS jobs FROM (
                            SELECT FROM jobs
                            WHERE pipeline = name AND revision = latest.revision AND state = of_state.state
                            LIMIT 10001) AS up_to_limit) AS counted
                    WHERE counted.jobs > 0)) ORDER BY latest.seen_at DESC)
            FROM (
                SELECT revision, seen_at, faults IS NULL AS good FROM pipeline_revisions WHERE pipeline = name
                ORDER BY seen_at DESC LIMIT 20) AS latest)) AS document
    FROM pipelines
    WHERE cast(:?pipeline AS text) IS NULL OR name = :?pipeline
)
SELECT cast(
    CASE WHEN cast(:?pipeline AS text) IS NULL
        THEN json_build_object('pipelines', coalesce(json_agg(document ORDER BY name), '[]'))
        ELSE json_agg(document) -> 0 END AS text) AS document
FROM documents
