-- Constraints and triggers here enforce every rule that a statement could break by mistake.

CREATE TYPE job_state AS ENUM ('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED');
CREATE TYPE job_priority AS ENUM ('low', 'normal', 'high');

-- Rules for a single value are domains. PostgreSQL checks a domain when it stores the value, but reads all CHECK
-- constraints of a table anew for each statement that changes a row of it.
CREATE DOMAIN short_text AS text CHECK (char_length(VALUE) BETWEEN 1 AND 255);
CREATE DOMAIN content_text AS text CHECK (char_length(VALUE) BETWEEN 1 AND 10000);
CREATE DOMAIN url_text AS text CHECK (char_length(VALUE) BETWEEN 1 AND 2048);
CREATE DOMAIN code_text AS text CHECK (char_length(VALUE) BETWEEN 1 AND 64);
CREATE DOMAIN preset_name AS text CHECK (VALUE ~ '^[a-z][a-z0-9_]{0,63}$');
CREATE DOMAIN json_map AS json CHECK (json_typeof(VALUE) = 'object');
CREATE DOMAIN jsonb_map AS jsonb CHECK (jsonb_typeof(VALUE) = 'object');
CREATE DOMAIN natural_number AS integer CHECK (VALUE >= 0);
CREATE DOMAIN positive_number AS integer CHECK (VALUE > 0);
CREATE DOMAIN percentage AS integer CHECK (VALUE BETWEEN 0 AND 100);

-- PostgreSQL treats a cast from text to an enum as not immutable and evaluates it for each row, without an index.
-- Labels are never removed, so this function is immutable and is evaluated once, at planning time.
CREATE FUNCTION job_state_named(name text) RETURNS job_state
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN cast(name AS job_state);

-- The timestamp format of the contract: ISO 8601, UTC, milliseconds.
CREATE FUNCTION iso8601(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- RFC 9562, version 7: 48 bits of milliseconds, 12 bits of their fraction, then random bits, so IDs sort by the start
-- of their transactions. PostgreSQL has a built-in function from version 18 on; the minimum here is 14.
CREATE FUNCTION uuid_v7() RETURNS uuid
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN encode(
        overlay(uuid_send(gen_random_uuid()) PLACING int8send(
            (cast(floor(extract(epoch FROM now()) * 1000) AS bigint) << 16)
            -- The version, between the two.
            | (7 << 12)
            | cast(floor(mod(extract(epoch FROM now()) * 1000, 1) * 4096) AS bigint))
            FROM 1 FOR 8),
        'hex')::uuid;

CREATE TABLE jobs (
    id               uuid            PRIMARY KEY,
    user_id          short_text      NOT NULL,
    state            job_state       NOT NULL DEFAULT 'QUEUED',
    content          content_text    NOT NULL,
    preset           preset_name     NOT NULL,
    priority         job_priority    NOT NULL,
    lang             short_text      NOT NULL,
    duration_sec     positive_number,
    -- json, not jsonb, to return the client's object with its original spelling and order.
    metadata         json_map        NOT NULL DEFAULT '{}',
    -- The target of the webhook that reports the end of the job.
    callback_url     url_text,
    request_id       text,
    traceparent      text,

    -- The fencing token: increases at each claim, and only a result with the current value counts.
    attempt          integer         NOT NULL DEFAULT 0,
    -- The attempt before the current series; a redrive starts a new series.
    series_start     natural_number  NOT NULL DEFAULT 0,
    max_attempts     positive_number NOT NULL DEFAULT 5,
    worker_id        text,
    lease_expires_at timestamptz,
    -- What the current or last attempt runs on; null before the first, and for a pipeline without revisions.
    pipeline         text,
    revision         text,
    progress_stage   text,
    progress_percent percentage,

    created_at       timestamptz     NOT NULL DEFAULT now(),
    updated_at       timestamptz     NOT NULL DEFAULT now(),
    started_at       timestamptz,
    completed_at     timestamptz,

    CONSTRAINT only_a_running_job_has_a_worker CHECK (
        CASE WHEN state = 'PROCESSING'
             THEN worker_id IS NOT NULL AND lease_expires_at IS NOT NULL AND started_at IS NOT NULL
                  AND attempt > series_start
             ELSE worker_id IS NULL AND lease_expires_at IS NULL AND progress_stage IS NULL END),
    CONSTRAINT progress_has_a_stage CHECK ((progress_stage IS NULL) = (progress_percent IS NULL)),
    CONSTRAINT an_ended_job_has_an_end CHECK (
        (completed_at IS NOT NULL) = (state IN ('COMPLETED', 'FAILED', 'CANCELLED'))),
    CONSTRAINT a_series_is_bounded CHECK (attempt BETWEEN series_start AND series_start + max_attempts)
-- Room for the renewals of a running job, which touch no index (HOT).
) WITH (fillfactor = 90);

-- GET /pipeline/jobs: newest first, keyset pagination, optionally with one filter.
CREATE INDEX jobs_by_user ON jobs (user_id, created_at DESC, id DESC);
CREATE INDEX jobs_by_user_and_state ON jobs (user_id, state, created_at DESC, id DESC);
CREATE INDEX jobs_by_user_and_preset ON jobs (user_id, preset, created_at DESC, id DESC);
CREATE INDEX jobs_unended_by_user ON jobs (user_id) WHERE completed_at IS NULL;
-- Few jobs run at a time. Rescue reads them all; an index of their leases would be written at each renewal, and with it
-- all others.
CREATE INDEX jobs_running ON jobs (id) WHERE state = 'PROCESSING';
-- Operators list the jobs of all users by ID, which contains the submission time. These states are rare, so a list of them
-- must not read all other jobs, and the index is rarely written.
CREATE INDEX jobs_not_completed ON jobs (state, id) WHERE state IN ('FAILED', 'CANCELLED');
-- purge-jobs finds the jobs that ended first; read-stats counts ended jobs by state without reading the table.
CREATE INDEX jobs_by_end ON jobs (completed_at) INCLUDE (state) WHERE completed_at IS NOT NULL;

-- The jobs of each revision. Unclaimed jobs are not in it.
CREATE INDEX jobs_by_revision ON jobs (pipeline, revision, state) WHERE revision IS NOT NULL;

CREATE FUNCTION refuse_illegal_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('QUEUED', 'PROCESSING'), ('QUEUED', 'CANCELLED'),
        ('PROCESSING', 'COMPLETED'), ('PROCESSING', 'FAILED'), ('PROCESSING', 'CANCELLED'), ('PROCESSING', 'QUEUED'),
        ('FAILED', 'QUEUED'))
    THEN
        RAISE EXCEPTION 'job % cannot move from % to %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.attempt < OLD.attempt THEN
        RAISE EXCEPTION 'attempt of job % cannot fall from % to %', OLD.id, OLD.attempt, NEW.attempt
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER jobs_move_legally BEFORE UPDATE OF state, attempt ON jobs
    FOR EACH ROW EXECUTE FUNCTION refuse_illegal_move();

-- The state history of each job, oldest first. Append-only; deleted only with its job.
CREATE TABLE job_states (
    job_id     uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    state      job_state   NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    metadata   jsonb_map   NOT NULL DEFAULT '{}',
    PRIMARY KEY (job_id, id)
);

CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- In a cascade, the job is already deleted.
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM jobs WHERE id = OLD.job_id) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the history of job % is append-only', OLD.job_id USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER job_states_are_append_only BEFORE UPDATE OR DELETE ON job_states
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_history();

CREATE FUNCTION refuse_truncating_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of jobs is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER job_states_are_never_truncated BEFORE TRUNCATE ON job_states
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncating_history();

-- The outcomes of attempts. A redriven job has one per ended series.
CREATE TABLE results (
    job_id            uuid            NOT NULL REFERENCES jobs ON DELETE CASCADE,
    attempt           positive_number NOT NULL,
    success           boolean         NOT NULL,
    output            json,
    error_code        code_text,
    error_message     text,
    retryable         boolean         NOT NULL,
    execution_time_ms bigint          NOT NULL CHECK (execution_time_ms >= 0),
    completed_at      timestamptz     NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, attempt),
    CONSTRAINT a_failure_says_why CHECK (success = (error_code IS NULL) AND (success OR error_message IS NOT NULL)),
    CONSTRAINT a_success_is_final CHECK (NOT (success AND retryable))
);

-- What the stages of a job remember over retries, workers, and redrives, such as the ID of an order.
CREATE TABLE job_variables (
    job_id    uuid            NOT NULL REFERENCES jobs ON DELETE CASCADE,
    name      text            NOT NULL CHECK (name ~ '^[a-z][A-Za-z0-9_-]{0,63}$'),
    value     text            NOT NULL CHECK (octet_length(value) BETWEEN 1 AND 8192),
    -- The attempt that stored it.
    attempt   positive_number NOT NULL,
    stored_at timestamptz     NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, name)
);

-- Numbers the slices of the outbox; see rotate-outbox.sql.
CREATE SEQUENCE outbox_slice;
DO $$ BEGIN PERFORM nextval('outbox_slice'); END $$;

-- The application's role has privileges for tables only, so what uses sequences runs with those of the owner.
CREATE FUNCTION newest_slice() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER
    RETURN pg_sequence_last_value(cast('outbox_slice' AS regclass));

-- The outbox: a row for each QUEUED job. The statement that queues the job inserts it; a trigger deletes it when the job
-- leaves that state. In between it says whether the message waits, is being published, or is in flight.
CREATE TABLE outbox (
    id           bigint           GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- The message is built from the job when it is published.
    job_id       uuid             NOT NULL UNIQUE REFERENCES jobs ON DELETE CASCADE,
    user_id      text COLLATE "C" NOT NULL,
    priority     job_priority     NOT NULL,
    created_at   timestamptz      NOT NULL DEFAULT now(),
    -- While a dispatcher publishes it, no other takes it. The lease of a dead dispatcher simply expires.
    leased_until timestamptz,
    -- Whether nobody publishes it until then: no worker that received its message could run it.
    deferred     boolean          NOT NULL DEFAULT false,
    -- Set while the message is presumed to be in flight: the time of the last publish.
    published_at timestamptz,
    -- How often the message was presumed lost and published again. The pause grows each time.
    republished  natural_number   NOT NULL DEFAULT 0,
    -- The newest slice when the row was inserted. While a transaction is held open, VACUUM cannot remove the index entries
    -- of rows that were deleted since. Only the newest slice is read, and the one before until its rows have moved, so no
    -- statement steps over all of those entries.
    slice        bigint           NOT NULL DEFAULT newest_slice(),
    CONSTRAINT what_is_in_flight_is_leased_for_good CHECK (
        (published_at IS NOT NULL) = (leased_until IS NOT DISTINCT FROM 'infinity')),
    CONSTRAINT what_is_deferred_is_not_in_flight CHECK (NOT deferred OR published_at IS NULL)
-- Each job passes through this small table, so the share of dead rows says nothing.
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- By job ID, which contains the submission time: a job that is published again keeps its place.
CREATE INDEX outbox_by_turn ON outbox (slice, user_id, priority DESC, job_id) WHERE published_at IS NULL;
CREATE INDEX outbox_by_lease ON outbox (slice, leased_until) WHERE leased_until IS NOT NULL;

-- A trigger, because several statements end a wait and none may forget the row. It also sees a row that was inserted
-- while its statement waited for the lock on the job.
CREATE FUNCTION leave_the_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM outbox WHERE job_id = NEW.id;
    RETURN NEW;
END $$;

CREATE TRIGGER jobs_leave_the_outbox BEFORE UPDATE OF state ON jobs
    FOR EACH ROW WHEN (OLD.state = 'QUEUED' AND NEW.state <> 'QUEUED')
    EXECUTE FUNCTION leave_the_outbox();

-- The rows of the outbox whose message waits or is in flight, for statements that count them: without those of a slice
-- older than the last two, which it has only until rotate-outbox.sql or sweep-outbox.sql moves them.
CREATE VIEW waiting_jobs AS
SELECT job_id, created_at, leased_until, deferred, published_at
FROM outbox WHERE slice >= newest_slice() - 1 AND published_at IS NULL
UNION ALL
SELECT job_id, created_at, leased_until, deferred, published_at
FROM outbox WHERE slice >= newest_slice() - 1 AND leased_until = 'infinity';

-- Users take turns in the order of their IDs, starting after the user served last.
CREATE TABLE dispatch_turn (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_user text COLLATE "C" NOT NULL DEFAULT '',
    -- The slice of the outbox that began last.
    slice          bigint      NOT NULL DEFAULT 1,
    slice_began_at timestamptz NOT NULL DEFAULT now(),
    -- Transactions from this ID on began after it; null until such an ID is known.
    slice_began_before xid8,
    -- How many rows were claimed since, and how many were moved to it from older slices.
    claimed        bigint      NOT NULL DEFAULT 0,
    moved          bigint      NOT NULL DEFAULT 0,
    -- Whether the slice before is empty and stays so.
    merged         boolean     NOT NULL DEFAULT false
);
INSERT INTO dispatch_turn DEFAULT VALUES;

-- A trigger, because any role could call a function.
CREATE FUNCTION begin_slice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    NEW.slice := nextval('outbox_slice');
    RETURN NEW;
END $$;

CREATE TRIGGER dispatch_turn_begins_a_slice BEFORE UPDATE OF slice ON dispatch_turn
    FOR EACH ROW EXECUTE FUNCTION begin_slice();

-- What each worker reports, about once a second.
CREATE TABLE workers (
    id          short_text     PRIMARY KEY,
    -- Jobs at a time; 0 while it accepts none.
    slots       natural_number NOT NULL,
    -- Jobs claimed in the last second.
    claimed     natural_number NOT NULL DEFAULT 0,
    -- Since when it has had a free slot without a break; null if it has none.
    free_since  timestamptz,
    -- The latest publish time among the jobs that it claimed.
    reached     timestamptz,
    told_at     timestamptz    NOT NULL DEFAULT now(),
    -- A worker that has not reported by then is gone.
    alive_until timestamptz    NOT NULL,
    CONSTRAINT no_free_slot_without_slots CHECK (slots > 0 OR free_since IS NULL)
) WITH (fillfactor = 50);

-- The limit for jobs in flight: as many as live workers can soon start. That is twice their slots, less one per running
-- job; or the number that they claimed in the last second if jobs are short. Null while no worker accepts jobs. The limit is
-- never less than at_least, which needs no count of running jobs: while a transaction is held open, the count steps over all
-- jobs that ended since.
CREATE VIEW worker_capacity AS
SELECT slots,
       CASE WHEN slots > 0 THEN greatest(slots, claimed) END AS at_least,
       CASE
           WHEN slots = 0 THEN NULL
           WHEN claimed >= 2 * slots THEN claimed
           ELSE greatest(
               -- From the newest job on, because those that run are among them.
               2 * slots - (
                   SELECT count(*)
                   FROM (SELECT FROM jobs WHERE state = 'PROCESSING' ORDER BY id DESC LIMIT slots) AS busy),
               claimed) END AS jobs
FROM (
    SELECT coalesce(sum(slots), 0) AS slots,
           -- Shorter than a worker's lease: a fast worker may have died since.
           coalesce(sum(claimed) FILTER (WHERE told_at > now() - interval '5 s'), 0) AS claimed
    FROM workers WHERE alive_until > now()) AS alive;

-- Messages from the dead-letter topic, for operators to inspect and redrive.
CREATE TABLE dead_letters (
    id           uuid           PRIMARY KEY DEFAULT uuid_v7(),
    -- Null if the message names no known job; its content is in the metadata.
    job_id       uuid           REFERENCES jobs ON DELETE CASCADE,
    attempt      integer,
    message_id   text           NOT NULL,
    error_code   code_text      NOT NULL,
    reason       text           NOT NULL,
    error        text           NOT NULL,
    attempts     natural_number NOT NULL,
    route        text,
    -- Where the attempt failed; null if unknown.
    pipeline     text,
    step         text,
    file         text,
    line         integer,
    -- Letters with the same cause: the code, the error without its numbers and IDs, and the place without the line, which
    -- differs between revisions.
    group_id     text           NOT NULL GENERATED ALWAYS AS (left(md5(
        error_code || E'\n' || regexp_replace(left(error, 200), '[0-9a-fA-F-]{8,}|[0-9]+', '#', 'g') || E'\n'
        || coalesce(pipeline, '') || E'\n' || coalesce(route, '') || E'\n' || coalesce(step, '')), 16)) STORED,
    metadata     json_map       NOT NULL,
    created_at   timestamptz    NOT NULL DEFAULT now(),
    redriven_at  timestamptz,
    redriven_by  short_text,
    discarded_at timestamptz,
    discarded_by short_text,
    -- When and why it became clear that no operator needs to act.
    settled_at   timestamptz,
    settled_why  short_text,
    CONSTRAINT settled_once CHECK (num_nonnulls(redriven_at, discarded_at, settled_at) <= 1),
    CONSTRAINT what_settles_itself_says_why CHECK ((settled_at IS NULL) = (settled_why IS NULL)),
    CONSTRAINT a_redrive_is_somebodys CHECK ((redriven_at IS NULL) = (redriven_by IS NULL)),
    CONSTRAINT a_discard_is_somebodys CHECK ((discarded_at IS NULL) = (discarded_by IS NULL))
);

-- An attempt fails once, however often its dead letter is published. record-result inserts a letter that the worker's
-- own letter for the same attempt replaces. The message ID identifies a letter only if no attempt is known.
CREATE UNIQUE INDEX dead_letters_by_attempt ON dead_letters (job_id, attempt);
CREATE UNIQUE INDEX dead_letters_by_message ON dead_letters (message_id) WHERE job_id IS NULL OR attempt IS NULL;
-- Discarded and automatically settled letters are not listed, so pages need not skip them.
CREATE INDEX dead_letters_by_age ON dead_letters (created_at DESC, id DESC)
    WHERE discarded_at IS NULL AND settled_at IS NULL;
CREATE INDEX dead_letters_by_code ON dead_letters (error_code, created_at DESC, id DESC)
    WHERE discarded_at IS NULL AND settled_at IS NULL;
-- Redrive and discard by code, oldest first, and the number of letters that wait for an operator.
CREATE INDEX dead_letters_unsettled ON dead_letters (error_code, created_at, id)
    WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL;

-- The same by group, and the number of letters in each group.
CREATE INDEX dead_letters_by_group ON dead_letters (group_id, created_at, id)
    WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL;

-- purge-letters finds the oldest letters without a job.
CREATE INDEX dead_letters_without_job ON dead_letters (created_at) WHERE job_id IS NULL;

-- Idempotency-Key: the job that a user's key stands for.
CREATE TABLE idempotency_keys (
    user_id      text        NOT NULL,
    key          short_text  NOT NULL,
    request_hash text        NOT NULL,
    job_id       uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (user_id, key)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
CREATE INDEX idempotency_keys_by_job ON idempotency_keys (job_id);

-- Submissions accepted per user in the minute from window_start. The row lock serializes the submissions of one user
-- without affecting others.
CREATE TABLE quotas (
    user_id      short_text     PRIMARY KEY,
    window_start timestamptz    NOT NULL DEFAULT '-infinity',
    submissions  natural_number NOT NULL DEFAULT 0,
    -- The transaction that last admitted jobs, and how many: a statement that admits several does not see their rows yet.
    admitted_in  xid8,
    admitted     integer        NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

CREATE INDEX quotas_by_window ON quotas (window_start);

-- Decides on a submission and counts it if accepted: 'admitted', 'known' (its idempotency key is in use, so it creates
-- no job), 'too-many-active', or 'too-fast'. Also returns what is left of each limit (null if the limit is off), and
-- the seconds until the minute is over. A function, because each of its statements sees what was committed before the
-- lock was acquired; the calling statement sees only what was committed before it began to wait.
CREATE FUNCTION admit_submission(caller text, idempotency_key text, max_active integer, submit_rate integer,
    OUT verdict text, OUT active_left integer, OUT submissions_left integer, OUT reset_sec integer)
LANGUAGE plpgsql
-- The plan is cached per session. A plan made while a table was small would later read the whole table.
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
    -- now() is the start of the transaction, before it acquired the lock.
    moment := clock_timestamp();
    IF moment < quota.window_start OR moment >= quota.window_start + interval '60 s' THEN
        quota.window_start := moment;
        quota.submissions := 0;
    END IF;
    reset_sec := ceil(extract(epoch FROM quota.window_start + interval '60 s' - moment));
    IF quota.admitted_in IS DISTINCT FROM pg_current_xact_id() THEN
        quota.admitted := 0;
    END IF;
    IF max_active > 0 THEN
        SELECT greatest(0, max_active - quota.admitted - count(*)) INTO active_left
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
        UPDATE quotas SET
            window_start = quota.window_start,
            submissions = quota.submissions + 1,
            admitted_in = pg_current_xact_id(),
            admitted = quota.admitted + 1
        WHERE user_id = caller;
    END IF;
END $$;

-- Standard Webhooks: 'whsec_' and the Base64 of 24 to 64 bytes. Two such UUIDs have 244 bits from the server's
-- cryptographically strong random source.
CREATE FUNCTION new_webhook_secret() RETURNS text
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN 'whsec_' || encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64');

CREATE TABLE webhook_secrets (
    user_id    short_text  PRIMARY KEY,
    secret     text        NOT NULL DEFAULT new_webhook_secret(),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- To the day: when its user last submitted a callback_url or read the secret.
    used_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX webhook_secrets_by_use ON webhook_secrets (used_at);

-- After a rotation, the previous secret also signs until receivers know the new one.
CREATE TABLE previous_webhook_secrets (
    user_id    text        NOT NULL REFERENCES webhook_secrets ON DELETE CASCADE,
    secret     text        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, secret)
);

-- The job as its owner sees it. read-job.sql returns it, and a webhook delivers it as it was when the job ended.
CREATE VIEW job_documents AS
SELECT jobs.id AS job_id,
       jobs.user_id,
       jobs.completed_at IS NOT NULL AS ended,
       json_build_object(
           'job_id', jobs.id,
           'status', jobs.state,
           'preset', jobs.preset,
           'priority', jobs.priority,
           'lang', jobs.lang,
           'duration_sec', jobs.duration_sec,
           'content_preview', left(jobs.content, 100),
           'metadata', jobs.metadata,
           'created_at', iso8601(jobs.created_at),
           'updated_at', iso8601(jobs.updated_at),
           'started_at', iso8601(jobs.started_at),
           'completed_at', iso8601(jobs.completed_at),
           'attempt', jobs.attempt,
           'max_attempts', jobs.max_attempts,
           'progress', CASE WHEN jobs.progress_stage IS NOT NULL THEN
               json_build_object('stage', jobs.progress_stage, 'percent', jobs.progress_percent) END,
           'state_history', (
               SELECT json_agg(json_build_object(
                   'state', entry.state,
                   'entered_at', iso8601(entry.entered_at),
                   'metadata', entry.metadata) ORDER BY entry.id)
               FROM job_states AS entry WHERE entry.job_id = jobs.id),
           'result', CASE WHEN results.job_id IS NOT NULL THEN
               json_build_object(
                   'success', results.success,
                   'output', results.output,
                   'error_code', results.error_code,
                   'error_message', results.error_message,
                   'retryable', results.retryable,
                   'execution_time_ms', results.execution_time_ms,
                   'completed_at', iso8601(results.completed_at)) END,
           'links', json_build_object(
               'self', '/pipeline/job/' || jobs.id,
               'events', '/pipeline/job/' || jobs.id || '/events',
               'cancel', '/pipeline/job/' || jobs.id || '/cancel')) AS document
FROM jobs
LEFT JOIN results ON results.job_id = jobs.id AND results.attempt = jobs.attempt AND jobs.completed_at IS NOT NULL;

CREATE TYPE delivery_status AS ENUM ('pending', 'delivered', 'failed');

-- The turn of a pending delivery: it can be claimed; a try is in progress; it waits for its next try; its receiver is
-- paused.
CREATE TYPE delivery_turn AS ENUM ('ready', 'sending', 'waiting', 'paused');

-- The host of a URL, with the port unless it is 443. A DNS name has at most 253 characters.
CREATE FUNCTION webhook_receiver(url text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN left(lower(regexp_replace(
        coalesce(substring(url FROM '^[A-Za-z]+://([^/?#]+)'), url), '\.?(:443)?$', '')), 260);

CREATE TABLE deliveries (
    id                   uuid            PRIMARY KEY DEFAULT uuid_v7(),
    job_id               uuid            NOT NULL REFERENCES jobs ON DELETE CASCADE,
    user_id              text            NOT NULL,
    type                 text            NOT NULL CHECK (type IN ('job.completed', 'job.failed', 'job.cancelled')),
    url                  text            NOT NULL,
    receiver             text            NOT NULL GENERATED ALWAYS AS (webhook_receiver(url)) STORED,
    -- The body of every try: the job as it was when it ended, whatever happens to it later.
    body                 text            NOT NULL,
    status               delivery_status NOT NULL DEFAULT 'pending',
    turn                 delivery_turn   DEFAULT 'ready',
    attempts             natural_number  NOT NULL DEFAULT 0,
    -- The attempts before the current series, and its start; a redelivery starts a new series.
    series_start         integer         NOT NULL DEFAULT 0 CHECK (series_start BETWEEN 0 AND attempts),
    began_at             timestamptz     NOT NULL DEFAULT now(),
    last_response_status integer,
    last_error           text,
    created_at           timestamptz     NOT NULL DEFAULT now(),
    last_attempt_at      timestamptz,
    -- The latest time at which it becomes ready. During a try: the time at which its sender is presumed dead.
    next_attempt_at      timestamptz     DEFAULT now(),
    delivered_at         timestamptz,
    CONSTRAINT only_what_is_pending_goes_out CHECK (
        (status = 'pending') = (next_attempt_at IS NOT NULL) AND (status = 'pending') = (turn IS NOT NULL)),
    CONSTRAINT delivered_at_some_time CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);

-- Finds users with ready deliveries, their receivers, and the deliveries of each, first tries before others. A hash of
-- the receiver lets one index lookup find a random receiver.
CREATE INDEX deliveries_ready ON deliveries (user_id, md5(receiver), (attempts > series_start), next_attempt_at)
    WHERE turn = 'ready';
CREATE INDEX deliveries_sending ON deliveries (user_id, receiver) WHERE turn = 'sending';
CREATE INDEX deliveries_paused ON deliveries (user_id, receiver, next_attempt_at) WHERE turn = 'paused';
CREATE INDEX deliveries_not_ready ON deliveries (next_attempt_at) WHERE turn <> 'ready';
CREATE INDEX deliveries_by_job ON deliveries (job_id, id DESC);

-- The state of the receivers of each user's webhooks. Per user, because one host serves many users, and an address that
-- does not respond must not block the addresses of others.
CREATE TABLE webhook_receivers (
    user_id      text           NOT NULL,
    receiver     text           NOT NULL,
    -- Consecutive failures, including the latest.
    failures     natural_number NOT NULL,
    -- Whether the latest response was fast.
    quick        boolean        NOT NULL,
    paused_until timestamptz,
    changed_at   timestamptz    NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, receiver),
    CONSTRAINT only_what_fails_is_paused CHECK (failures > 0 OR paused_until IS NULL),
    CONSTRAINT what_fails_is_not_quick CHECK (NOT (quick AND failures > 0))
);

CREATE INDEX webhook_receivers_paused ON webhook_receivers (paused_until) WHERE paused_until IS NOT NULL;
CREATE INDEX webhook_receivers_by_age ON webhook_receivers (changed_at);

-- Users take turns in the order of their IDs, starting after the user served last. Each claim increments the count.
CREATE TABLE webhook_turn (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_user text    NOT NULL DEFAULT '',
    claims    bigint  NOT NULL DEFAULT 0
);
INSERT INTO webhook_turn DEFAULT VALUES;

CREATE FUNCTION delivery_document(delivery deliveries) RETURNS json
    LANGUAGE sql STABLE
    RETURN json_build_object(
        'delivery_id', delivery.id,
        'type', delivery.type,
        'url', delivery.url,
        'status', delivery.status,
        'paused', coalesce(delivery.turn = 'paused', false),
        'attempts', delivery.attempts,
        'last_response_status', delivery.last_response_status,
        'last_error', delivery.last_error,
        'created_at', iso8601(delivery.created_at),
        'last_attempt_at', iso8601(delivery.last_attempt_at),
        'next_attempt_at', iso8601(delivery.next_attempt_at),
        'delivered_at', iso8601(delivery.delivered_at));

-- A trigger, because several statements end jobs and none may forget the webhook. It runs after the statement and sees
-- the history and result that the statement wrote.
CREATE FUNCTION tell_the_end() RETURNS trigger LANGUAGE plpgsql
-- The plan is cached per session. A plan made while a table was small would later read the whole table.
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    event text := 'job.' || lower(cast(NEW.state AS text));
BEGIN
    INSERT INTO deliveries (job_id, user_id, type, url, body)
    SELECT NEW.id, NEW.user_id, event, NEW.callback_url,
           format('{"type":"%s","timestamp":"%s","data":%s}', event, iso8601(NEW.completed_at), document)
    FROM job_documents WHERE job_id = NEW.id;
    -- Created with the job, but may have been deleted by hand.
    INSERT INTO webhook_secrets (user_id)
    SELECT NEW.user_id WHERE NOT EXISTS (SELECT FROM webhook_secrets WHERE user_id = NEW.user_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER jobs_tell_their_end AFTER UPDATE OF state ON jobs
    FOR EACH ROW WHEN (NEW.callback_url IS NOT NULL AND NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL)
    EXECUTE FUNCTION tell_the_end();

-- The contents that the files of each pipeline have had, identified by a hash.
CREATE TABLE pipeline_revisions (
    pipeline   text        NOT NULL CHECK (pipeline ~ '^[a-z][a-z0-9-]{0,63}$'),
    revision   text        NOT NULL CHECK (revision ~ '^[0-9a-f]{12}$'),
    -- The files by name: where they came from, and their text.
    files      json_map    NOT NULL,
    -- The presets that it offers to clients.
    presets    json        NOT NULL CHECK (json_typeof(presets) = 'array'),
    -- What the check found; null if it can run jobs.
    faults     json        CHECK (json_typeof(faults) = 'array'),
    -- When a worker last found its files changed to this content.
    seen_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (pipeline, revision)
);

-- The truth for all workers: the revision that each pipeline runs, and the one that was refused after it.
CREATE TABLE pipelines (
    name             text PRIMARY KEY,
    -- Null if no revision was good, or its files are gone.
    live_revision    text,
    published_at     timestamptz,
    -- The operator who went back to it; null if the files changed.
    published_by     short_text,
    refused_revision text,
    refused_at       timestamptz,
    FOREIGN KEY (name, live_revision) REFERENCES pipeline_revisions,
    FOREIGN KEY (name, refused_revision) REFERENCES pipeline_revisions,
    CONSTRAINT refused_at_some_time CHECK ((refused_revision IS NULL) = (refused_at IS NULL))
);

-- Tasks that one process runs on behalf of all, and when each is due again.
CREATE TABLE chores (
    name   text        PRIMARY KEY,
    due_at timestamptz NOT NULL
);
