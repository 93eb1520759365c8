-- The version of the jobs of each given user: it changes with each job that is submitted, and with each change of a job that
-- has not ended, which list-jobs and read-job show. It covers the newest jobs, because one can be submitted and end between
-- two calls, and of those that have not ended, as many as a user can have by default. The version of a user with more is
-- always new.
-- plan: keep
SELECT watched.user_id, md5(concat(newest.versions, '|', unended.versions)) AS version
FROM json_array_elements_text(cast(:?users AS json)) AS watched (user_id),
LATERAL (
    SELECT string_agg(concat_ws(' ', id, state, attempt, progress_stage, progress_percent), ',') AS versions
    FROM (
        SELECT * FROM jobs WHERE user_id = watched.user_id
        ORDER BY created_at DESC, id DESC
        LIMIT 20) AS job) AS newest,
LATERAL (
    SELECT CASE
               WHEN count(*) > 100 THEN cast(gen_random_uuid() AS text)
               ELSE string_agg(concat_ws(' ', id, state, attempt, progress_stage, progress_percent), ',' ORDER BY id) END
               AS versions
    -- LIMIT also makes the planner use the index.
    FROM (SELECT * FROM jobs WHERE user_id = watched.user_id AND completed_at IS NULL LIMIT 101) AS job) AS unended
