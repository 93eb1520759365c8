-- Fair use: how much each user may submit, and whose turn it is.

-- How many submissions of a user's were taken in the minute that began at window_start. The row is also the lock by
-- which the submissions of one user, and of no other, go one after the other.
CREATE TABLE quotas (
    user_id      text        PRIMARY KEY CHECK (char_length(user_id) BETWEEN 1 AND 255),
    window_start timestamptz NOT NULL DEFAULT '-infinity',
    submissions  integer     NOT NULL DEFAULT 0 CHECK (submissions >= 0)
) WITH (fillfactor = 50);

CREATE INDEX jobs_unended_by_user ON jobs (user_id) WHERE completed_at IS NULL;

-- Decides on a submission, and counts it if it is taken: 'admitted', 'known' (its idempotency key was used before, so
-- that it makes no job), 'too-many-active' or 'too-fast'. Also tells what is left of either limit, null where it is
-- off, and in how many seconds the minute is over. A function, since each statement in it sees what was committed
-- before the lock was had; the statement that calls it sees what was committed before it began to wait.
CREATE FUNCTION admit_submission(caller text, idempotency_key text, max_active integer, submit_rate integer,
    OUT verdict text, OUT active_left integer, OUT submissions_left integer, OUT reset_sec integer)
LANGUAGE plpgsql
-- A plan is kept for the session. One that was made while a table was small would read all of it later.
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    quota  quotas;
    moment timestamptz;
BEGIN
    IF coalesce(max_active, 0) = 0 AND coalesce(submit_rate, 0) = 0 THEN
        verdict := 'admitted';
        RETURN;
    END IF;
    LOOP
        SELECT * INTO quota FROM quotas WHERE user_id = caller FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        INSERT INTO quotas (user_id) VALUES (caller) ON CONFLICT DO NOTHING;
    END LOOP;
    -- now() is when the transaction began, which is before it had the lock.
    moment := clock_timestamp();
    IF moment < quota.window_start OR moment >= quota.window_start + interval '60 s' THEN
        quota.window_start := moment;
        quota.submissions := 0;
    END IF;
    reset_sec := ceil(extract(epoch FROM quota.window_start + interval '60 s' - moment));
    IF max_active > 0 THEN
        SELECT max_active - count(*) INTO active_left
        FROM (SELECT FROM jobs WHERE user_id = caller AND completed_at IS NULL LIMIT max_active) AS unended;
    END IF;
    IF submit_rate > 0 THEN
        submissions_left := greatest(0, submit_rate - quota.submissions);
    END IF;
    IF EXISTS (SELECT FROM idempotency_keys WHERE user_id = caller AND key = idempotency_key AND expires_at > now()) THEN
        verdict := 'known';
    ELSIF active_left = 0 THEN
        verdict := 'too-many-active';
    ELSIF submissions_left = 0 THEN
        verdict := 'too-fast';
    ELSE
        verdict := 'admitted';
        active_left := active_left - 1;
        submissions_left := submissions_left - 1;
        UPDATE quotas SET window_start = quota.window_start, submissions = quota.submissions + 1
        WHERE user_id = caller;
    END IF;
END $$;

-- Users take turns in the order of their ids, beginning after the one who was served last.
CREATE TABLE dispatch_turn (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_user text COLLATE "C" NOT NULL DEFAULT ''
);
INSERT INTO dispatch_turn DEFAULT VALUES;

ALTER TABLE outbox ADD COLUMN user_id text COLLATE "C";
UPDATE outbox SET user_id = jobs.user_id FROM jobs WHERE jobs.id = outbox.job_id;
ALTER TABLE outbox ALTER COLUMN user_id SET NOT NULL;

DROP INDEX outbox_by_turn;
CREATE INDEX outbox_by_turn ON outbox (user_id, priority DESC, id);
CREATE INDEX outbox_by_lease ON outbox (leased_until) WHERE leased_until IS NOT NULL;
