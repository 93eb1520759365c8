-- Accepts jobs: for each request inserts the job, its first state, its outbox row, and its idempotency key, or none of
-- them. Returns a row for each request; outcome is 'created', 'replayed' (same key, same request), 'conflict' (same key,
-- another request), or 'too-many-active' or 'too-fast' (the user has reached a limit). What is left of a limit is null if
-- the limit is off.
-- plan: keep
WITH asked AS MATERIALIZED (
    SELECT asked.*, uuid_v7() AS id,
           -- Of requests with the same key, only the first can create a job.
           CASE WHEN idempotency_key IS NULL THEN n
                ELSE min(n) OVER (PARTITION BY user_id, idempotency_key) END AS first
    FROM unnest(
        -- In a subquery, so that the planner does not see the size of the group and one plan fits all sizes.
        (SELECT cast(:*userId AS text[])),
        cast(:*idempotencyKey AS text[]), cast(:*requestHash AS text[]), cast(:*content AS text[]),
        cast(:*preset AS text[]), cast(:*priority AS job_priority[]), cast(:*lang AS text[]),
        cast(:*durationSec AS integer[]), cast(:*metadata AS text[]), cast(:*requestId AS text[]),
        cast(:*requestTraceparent AS text[]), cast(:*callbackUrl AS text[]))
        WITH ORDINALITY AS asked (user_id, idempotency_key, request_hash, content, preset, priority, lang, duration_sec,
                                  metadata, request_id, traceparent, callback_url, n)
), admission AS MATERIALIZED (
    SELECT nth.n, verdict, active_left, submissions_left, reset_sec, verdict IN ('admitted', 'known') AS admitted
    -- Locks the users' quotas in the order of users, as every group does.
    FROM (SELECT n, user_id, idempotency_key FROM asked WHERE n = first ORDER BY user_id, n) AS nth,
         LATERAL admit_submission(user_id, idempotency_key, cast(:?maxActiveJobs AS integer),
                                  cast(:?submitRate AS integer))
), key AS (
    INSERT INTO idempotency_keys AS known (user_id, key, request_hash, job_id, created_at, expires_at)
    SELECT user_id, idempotency_key, request_hash, id, now(), now() + interval '24 hours'
    FROM asked JOIN admission USING (n) WHERE admitted AND idempotency_key IS NOT NULL
    ORDER BY user_id, idempotency_key
    -- The update takes over an expired key. Otherwise it only makes a concurrent call wait for the winner and see its
    -- row.
    ON CONFLICT (user_id, key) DO UPDATE SET
        request_hash = CASE WHEN known.expires_at <= now() THEN excluded.request_hash ELSE known.request_hash END,
        job_id       = CASE WHEN known.expires_at <= now() THEN excluded.job_id ELSE known.job_id END,
        created_at   = CASE WHEN known.expires_at <= now() THEN excluded.created_at ELSE known.created_at END,
        expires_at   = CASE WHEN known.expires_at <= now() THEN excluded.expires_at ELSE known.expires_at END
    RETURNING user_id, key, job_id, request_hash, created_at
), job AS (
    INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, metadata, request_id, traceparent,
                      callback_url)
    SELECT id, user_id, content, preset, priority, lang, duration_sec, coalesce(cast(metadata AS json), '{}'),
           request_id, traceparent, callback_url
    FROM asked JOIN admission USING (n)
    WHERE admitted
      AND NOT EXISTS (
          SELECT FROM key
          WHERE key.user_id = asked.user_id AND key.key = asked.idempotency_key AND key.job_id <> asked.id)
    ORDER BY n
    RETURNING id, user_id, priority, created_at, callback_url
), history AS (
    INSERT INTO job_states (job_id, state) SELECT id, 'QUEUED' FROM job
), message AS (
    INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job
), secret AS (
    INSERT INTO webhook_secrets AS known (user_id)
    SELECT DISTINCT user_id FROM job WHERE callback_url IS NOT NULL ORDER BY user_id
    ON CONFLICT (user_id) DO UPDATE SET used_at = now() WHERE known.used_at < now() - interval '1 day'
)
SELECT asked.n,
       CASE
           WHEN NOT admitted THEN verdict
           WHEN job.id IS NOT NULL THEN 'created'
           WHEN key.request_hash = asked.request_hash THEN 'replayed'
           ELSE 'conflict' END AS outcome,
       cast(coalesce(job.id, key.job_id) AS text) AS job_id,
       iso8601(coalesce(job.created_at, key.created_at)) AS created_at,
       active_left,
       submissions_left,
       reset_sec
FROM asked
JOIN admission ON admission.n = asked.first
LEFT JOIN job ON job.id = asked.id
LEFT JOIN key ON key.user_id = asked.user_id AND key.key = asked.idempotency_key
