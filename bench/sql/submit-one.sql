-- One submission as plain SQL, which the benchmarks compare with.
WITH new AS MATERIALIZED (
    SELECT uuid_v7() AS id
), admission AS MATERIALIZED (
    SELECT verdict, active_left, submissions_left, reset_sec, verdict IN ('admitted', 'known') AS admitted
    FROM admit_submission(
        :?userId, :?idempotencyKey, cast(:?maxActiveJobs AS integer), cast(:?submitRate AS integer))
), key AS (
    INSERT INTO idempotency_keys AS known (user_id, key, request_hash, job_id, created_at, expires_at)
    SELECT :?userId, :?idempotencyKey, :?requestHash, new.id, now(), now() + interval '24 hours'
    FROM new, admission WHERE admitted AND cast(:?idempotencyKey AS text) IS NOT NULL
    -- The update takes over an expired key. Otherwise it only makes a concurrent call wait for the winner and see its
    -- row.
    ON CONFLICT (user_id, key) DO UPDATE SET
        request_hash = CASE WHEN known.expires_at <= now() THEN excluded.request_hash ELSE known.request_hash END,
        job_id       = CASE WHEN known.expires_at <= now() THEN excluded.job_id ELSE known.job_id END,
        created_at   = CASE WHEN known.expires_at <= now() THEN excluded.created_at ELSE known.created_at END,
        expires_at   = CASE WHEN known.expires_at <= now() THEN excluded.expires_at ELSE known.expires_at END
    RETURNING job_id, request_hash, created_at
), job AS (
    INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, metadata, request_id, traceparent,
                      callback_url)
    SELECT new.id, :?userId, :?content, :?preset, cast(:?priority AS job_priority), :?lang,
           cast(:?durationSec AS integer), coalesce(cast(:?metadata AS json), '{}'), :?requestId, :?requestTraceparent,
           :?callbackUrl
    FROM new, admission WHERE admitted AND NOT EXISTS (SELECT FROM key WHERE job_id <> new.id)
    RETURNING id, user_id, priority, created_at, callback_url
), history AS (
    INSERT INTO job_states (job_id, state) SELECT id, 'QUEUED' FROM job
), message AS (
    INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job
), secret AS (
    INSERT INTO webhook_secrets AS known (user_id) SELECT user_id FROM job WHERE callback_url IS NOT NULL
    ON CONFLICT (user_id) DO UPDATE SET used_at = now() WHERE known.used_at < now() - interval '1 day'
), answer AS (
    SELECT 'created' AS outcome, cast(id AS text) AS job_id, iso8601(created_at) AS created_at FROM job
    UNION ALL
    SELECT CASE request_hash WHEN :?requestHash THEN 'replayed' ELSE 'conflict' END, cast(job_id AS text),
           iso8601(created_at)
    FROM key, new WHERE job_id <> new.id
    UNION ALL
    SELECT verdict, NULL, NULL FROM admission WHERE NOT admitted
)
SELECT outcome, job_id, created_at, active_left, submissions_left, reset_sec FROM answer, admission
