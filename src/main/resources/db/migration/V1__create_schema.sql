-- Every rule that a statement could break by mistake is held here.

CREATE TYPE job_state AS ENUM ('QUEUED', 'PROCESSING', 'COMPLETED', 'FAILED', 'CANCELLED');
CREATE TYPE job_priority AS ENUM ('low', 'normal', 'high');

-- PostgreSQL holds a cast to an enum for unstable and evaluates it for each row, past any index. A label of ours never
-- goes away, so this is evaluated once, when a query is planned.
CREATE FUNCTION job_state_named(name text) RETURNS job_state
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN cast(name AS job_state);

-- The contract's timestamps: ISO 8601, UTC, milliseconds.
CREATE FUNCTION iso8601(moment timestamptz) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- RFC 9562, version 7: 48 bits of milliseconds, 12 of their fraction, then random ones, so ids are in the order in which
-- their transactions began. PostgreSQL has its own from 18 on; 14 is our floor.
CREATE FUNCTION uuid_v7() RETURNS uuid
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN encode(
        overlay(uuid_send(gen_random_uuid()) PLACING int8send(
            (cast(floor(extract(epoch FROM now()) * 1000) AS bigint) << 16)
            -- The version, which stands between the two.
            | (7 << 12)
            | cast(floor(mod(extract(epoch FROM now()) * 1000, 1) * 4096) AS bigint))
            FROM 1 FOR 8),
        'hex')::uuid;

CREATE TABLE jobs (
    id               uuid         PRIMARY KEY,
    user_id          text         NOT NULL CHECK (char_length(user_id) BETWEEN 1 AND 255),
    state            job_state    NOT NULL DEFAULT 'QUEUED',
    content          text         NOT NULL CHECK (char_length(content) BETWEEN 1 AND 10000),
    preset           text         NOT NULL CHECK (preset ~ '^[a-z][a-z0-9_]{0,63}$'),
    priority         job_priority NOT NULL,
    lang             text         NOT NULL CHECK (char_length(lang) BETWEEN 1 AND 255),
    duration_sec     integer      NOT NULL CHECK (duration_sec > 0),
    -- json, not jsonb: the caller's object is returned as it was, spelling and order included.
    metadata         json         NOT NULL DEFAULT '{}' CHECK (json_typeof(metadata) = 'object'),
    -- Where the end of the job is told.
    callback_url     text CHECK (char_length(callback_url) BETWEEN 1 AND 2048),
    request_id       text,
    traceparent      text,

    -- The fencing token: rises at each claim, and only a result that carries the present value counts.
    attempt          integer      NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- The attempt after which the present series began; a redrive begins a new one.
    series_start     integer      NOT NULL DEFAULT 0 CHECK (series_start >= 0),
    max_attempts     integer      NOT NULL DEFAULT 5 CHECK (max_attempts > 0),
    worker_id        text,
    lease_expires_at timestamptz,
    -- Set while a message for this QUEUED job is believed to be on its way to a worker: when the last one went out.
    published_at     timestamptz,
    -- How often its message was taken for lost and went out again since it waits. Each time the pause before is longer.
    republished      integer      NOT NULL DEFAULT 0 CHECK (republished >= 0),
    progress_stage   text,
    progress_percent integer CHECK (progress_percent BETWEEN 0 AND 100),

    created_at       timestamptz  NOT NULL DEFAULT now(),
    updated_at       timestamptz  NOT NULL DEFAULT now(),
    started_at       timestamptz,
    completed_at     timestamptz,

    CONSTRAINT only_a_running_job_has_a_worker CHECK (
        (state = 'PROCESSING') = (worker_id IS NOT NULL) AND (state = 'PROCESSING') = (lease_expires_at IS NOT NULL)),
    CONSTRAINT only_a_running_job_makes_progress CHECK (
        (progress_stage IS NULL) = (progress_percent IS NULL) AND (state = 'PROCESSING' OR progress_stage IS NULL)),
    CONSTRAINT a_running_job_was_claimed CHECK (
        state <> 'PROCESSING' OR (attempt > series_start AND started_at IS NOT NULL)),
    CONSTRAINT an_ended_job_has_an_end CHECK (
        (state IN ('COMPLETED', 'FAILED', 'CANCELLED')) = (completed_at IS NOT NULL)),
    CONSTRAINT only_a_waiting_job_is_on_its_way CHECK (state = 'QUEUED' OR published_at IS NULL),
    CONSTRAINT a_series_is_bounded CHECK (attempt - series_start BETWEEN 0 AND max_attempts)
);

-- GET /pipeline/jobs: newest first, by keyset, with either filter.
CREATE INDEX jobs_by_user ON jobs (user_id, created_at DESC, id DESC);
CREATE INDEX jobs_by_user_and_state ON jobs (user_id, state, created_at DESC, id DESC);
CREATE INDEX jobs_by_user_and_preset ON jobs (user_id, preset, created_at DESC, id DESC);
CREATE INDEX jobs_unended_by_user ON jobs (user_id) WHERE completed_at IS NULL;
-- Rescue: leases that ran out, and messages that never arrived.
CREATE INDEX jobs_by_lease ON jobs (lease_expires_at) WHERE state = 'PROCESSING';
CREATE INDEX jobs_on_their_way ON jobs (published_at) WHERE published_at IS NOT NULL;
-- How many jobs wait, and since when.
CREATE INDEX jobs_waiting ON jobs (updated_at) WHERE state = 'QUEUED';
-- purge-jobs looks for the jobs that ended first, and read-stats counts them by state without reading the table.
CREATE INDEX jobs_by_end ON jobs (completed_at) INCLUDE (state) WHERE completed_at IS NOT NULL;

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

-- What each job went through, oldest first. Append-only; it goes only together with its job.
CREATE TABLE job_states (
    job_id     uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    state      job_state   NOT NULL,
    entered_at timestamptz NOT NULL DEFAULT now(),
    metadata   jsonb       NOT NULL DEFAULT '{}' CHECK (jsonb_typeof(metadata) = 'object'),
    PRIMARY KEY (job_id, id)
);

CREATE FUNCTION refuse_rewriting_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A deletion that cascades from its job finds the job gone already.
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

-- How an attempt ended. A job that was redriven has one for each series that ended.
CREATE TABLE results (
    job_id            uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
    attempt           integer     NOT NULL CHECK (attempt > 0),
    success           boolean     NOT NULL,
    output            json,
    error_code        text CHECK (char_length(error_code) BETWEEN 1 AND 64),
    error_message     text,
    retryable         boolean     NOT NULL,
    execution_time_ms bigint      NOT NULL CHECK (execution_time_ms >= 0),
    completed_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (job_id, attempt),
    CONSTRAINT a_failure_says_why CHECK (success = (error_code IS NULL) AND (success OR error_message IS NOT NULL)),
    CONSTRAINT a_success_is_final CHECK (NOT (success AND retryable))
);

-- Jobs whose message must still go out: written in the statement that queues the job, emptied by dispatch-jobs.
CREATE TABLE outbox (
    id           bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- One message on the way per job is enough: what it says is read from the job when it is sent.
    job_id       uuid         NOT NULL UNIQUE REFERENCES jobs ON DELETE CASCADE,
    user_id      text COLLATE "C" NOT NULL,
    priority     job_priority NOT NULL,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    -- While a dispatcher publishes it no other takes it; one that died lets it go by doing nothing.
    leased_until timestamptz
);

-- By the job's id, which tells when it was submitted: however often it goes out anew, it keeps its place.
CREATE INDEX outbox_by_turn ON outbox (user_id, priority DESC, job_id);
CREATE INDEX outbox_by_lease ON outbox (leased_until) WHERE leased_until IS NOT NULL;

-- Users take turns in the order of their ids, beginning after the one who was served last.
CREATE TABLE dispatch_turn (
    only_row  boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    last_user text COLLATE "C" NOT NULL DEFAULT ''
);
INSERT INTO dispatch_turn DEFAULT VALUES;

-- What each worker says of itself, about each second.
CREATE TABLE workers (
    id          text        PRIMARY KEY CHECK (char_length(id) BETWEEN 1 AND 255),
    -- Jobs at a time; 0 while it takes none.
    slots       integer     NOT NULL CHECK (slots >= 0),
    -- Jobs that it claimed in the last second.
    claimed     integer     NOT NULL DEFAULT 0 CHECK (claimed >= 0),
    -- Since when it has had a free slot without a break; null where it has none.
    free_since  timestamptz,
    -- When the job was published that was published last of those that it claimed.
    reached     timestamptz,
    told_at     timestamptz NOT NULL DEFAULT now(),
    -- One that was not heard of until then is gone.
    alive_until timestamptz NOT NULL,
    CONSTRAINT no_free_slot_without_slots CHECK (slots > 0 OR free_since IS NULL)
) WITH (fillfactor = 50);

-- How many jobs may be on their way to workers: as many as these can soon start. That is their slots twice over, those
-- that run a job counted once; or what they claimed in the last second, where jobs are short. Null while no worker takes
-- any.
CREATE VIEW worker_capacity AS
SELECT slots,
       CASE WHEN slots > 0 THEN greatest(
           2 * slots - (SELECT count(*) FROM (SELECT FROM jobs WHERE state = 'PROCESSING' LIMIT slots) AS busy),
           claimed) END AS jobs
FROM (
    SELECT coalesce(sum(slots), 0) AS slots,
           -- Not for as long as a worker may be silent: this one may have died while it was fast.
           coalesce(sum(claimed) FILTER (WHERE told_at > now() - interval '5 s'), 0) AS claimed
    FROM workers WHERE alive_until > now()) AS alive;

-- What the dead-letter topic carried, for an operator to look at and send back.
CREATE TABLE dead_letters (
    id           uuid        PRIMARY KEY DEFAULT uuid_v7(),
    -- None for a message that names no job of ours; what it held is in the metadata.
    job_id       uuid REFERENCES jobs ON DELETE CASCADE,
    attempt      integer,
    message_id   text        NOT NULL,
    error_code   text        NOT NULL CHECK (char_length(error_code) BETWEEN 1 AND 64),
    reason       text        NOT NULL,
    error        text        NOT NULL,
    attempts     integer     NOT NULL CHECK (attempts >= 0),
    route        text,
    metadata     json        NOT NULL CHECK (json_typeof(metadata) = 'object'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    redriven_at  timestamptz,
    redriven_by  text CHECK (char_length(redriven_by) BETWEEN 1 AND 255),
    discarded_at timestamptz,
    discarded_by text CHECK (char_length(discarded_by) BETWEEN 1 AND 255),
    -- When it turned out that nobody has to do anything, and why.
    settled_at   timestamptz,
    settled_why  text CHECK (char_length(settled_why) BETWEEN 1 AND 255),
    CONSTRAINT settled_once CHECK (num_nonnulls(redriven_at, discarded_at, settled_at) <= 1),
    CONSTRAINT what_settles_itself_says_why CHECK ((settled_at IS NULL) = (settled_why IS NULL)),
    CONSTRAINT a_redrive_is_somebodys CHECK ((redriven_at IS NULL) = (redriven_by IS NULL)),
    CONSTRAINT a_discard_is_somebodys CHECK ((discarded_at IS NULL) = (discarded_by IS NULL))
);

-- An attempt fails once, however often its dead letter is published. A result leaves a dead letter that the worker's
-- own, of the same attempt, takes the place of; the message decides only where no attempt is known.
CREATE UNIQUE INDEX dead_letters_by_attempt ON dead_letters (job_id, attempt);
CREATE UNIQUE INDEX dead_letters_by_message ON dead_letters (message_id) WHERE job_id IS NULL OR attempt IS NULL;
-- What was discarded or settled itself is listed no more, so no page should have to step over it.
CREATE INDEX dead_letters_by_age ON dead_letters (created_at DESC, id DESC)
    WHERE discarded_at IS NULL AND settled_at IS NULL;
CREATE INDEX dead_letters_by_code ON dead_letters (error_code, created_at DESC, id DESC)
    WHERE discarded_at IS NULL AND settled_at IS NULL;
-- Redrive and discard by code, oldest first, and how many wait for an operator.
CREATE INDEX dead_letters_unsettled ON dead_letters (error_code, created_at, id)
    WHERE redriven_at IS NULL AND discarded_at IS NULL AND settled_at IS NULL;

-- purge-letters looks for the oldest of those that go with no job.
CREATE INDEX dead_letters_without_job ON dead_letters (created_at) WHERE job_id IS NULL;

-- Idempotency-Key: which job a user's key stands for, and the answer that was given.
CREATE TABLE idempotency_keys (
    user_id      text        NOT NULL,
    key          text        NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    request_hash text        NOT NULL,
    job_id       uuid        NOT NULL REFERENCES jobs ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > created_at),
    PRIMARY KEY (user_id, key)
);

CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
CREATE INDEX idempotency_keys_by_job ON idempotency_keys (job_id);

-- How many submissions of a user's were taken in the minute that began at window_start. The row is also the lock by
-- which the submissions of one user, and of no other, go one after the other.
CREATE TABLE quotas (
    user_id      text        PRIMARY KEY CHECK (char_length(user_id) BETWEEN 1 AND 255),
    window_start timestamptz NOT NULL DEFAULT '-infinity',
    submissions  integer     NOT NULL DEFAULT 0 CHECK (submissions >= 0)
) WITH (fillfactor = 50);

CREATE INDEX quotas_by_window ON quotas (window_start);

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

-- Standard Webhooks: 'whsec_' and the Base64 of 24 to 64 bytes. Two such UUIDs have 244 bits of the server's strong
-- random source.
CREATE FUNCTION new_webhook_secret() RETURNS text
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN 'whsec_' || encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64');

CREATE TABLE webhook_secrets (
    user_id    text        PRIMARY KEY CHECK (char_length(user_id) BETWEEN 1 AND 255),
    secret     text        NOT NULL DEFAULT new_webhook_secret(),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- To the day: when its user last named a callback_url or asked for it.
    used_at    timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX webhook_secrets_by_use ON webhook_secrets (used_at);

-- After a rotation the one before signs too, until the receivers know the new one.
CREATE TABLE previous_webhook_secrets (
    user_id    text        NOT NULL REFERENCES webhook_secrets ON DELETE CASCADE,
    secret     text        NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, secret)
);

-- The job as its owner sees it. read-job.sql answers it, and a webhook tells it as it was when the job ended.
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

-- Of a pending delivery: it may be claimed; a try is under way; it waits for its next try; its receiver is paused.
CREATE TYPE delivery_turn AS ENUM ('ready', 'sending', 'waiting', 'paused');

-- The host that a URL names, with the port where it is not 443. A name of the DNS has 253 characters at the most.
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
    -- What is sent at each try: the job as it was when it ended, whatever becomes of it later.
    body                 text            NOT NULL,
    status               delivery_status NOT NULL DEFAULT 'pending',
    turn                 delivery_turn   DEFAULT 'ready',
    attempts             integer         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The attempts after which the present series began, and when; a redelivery begins a new one.
    series_start         integer         NOT NULL DEFAULT 0 CHECK (series_start BETWEEN 0 AND attempts),
    began_at             timestamptz     NOT NULL DEFAULT now(),
    last_response_status integer,
    last_error           text,
    created_at           timestamptz     NOT NULL DEFAULT now(),
    last_attempt_at      timestamptz,
    -- When it is ready at the latest. While a try is under way: when whoever makes it is taken for lost.
    next_attempt_at      timestamptz     DEFAULT now(),
    delivered_at         timestamptz,
    CONSTRAINT only_what_is_pending_goes_out CHECK (
        (status = 'pending') = (next_attempt_at IS NOT NULL) AND (status = 'pending') = (turn IS NOT NULL)),
    CONSTRAINT delivered_at_some_time CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);

-- The users who have something ready, the receivers of each, and what goes there: first tries before others. By a hash,
-- so that a random one is found by a look into the index.
CREATE INDEX deliveries_ready ON deliveries (user_id, md5(receiver), (attempts > series_start), next_attempt_at)
    WHERE turn = 'ready';
CREATE INDEX deliveries_sending ON deliveries (user_id, receiver) WHERE turn = 'sending';
CREATE INDEX deliveries_paused ON deliveries (user_id, receiver, next_attempt_at) WHERE turn = 'paused';
CREATE INDEX deliveries_not_ready ON deliveries (next_attempt_at) WHERE turn <> 'ready';
CREATE INDEX deliveries_by_job ON deliveries (job_id, id DESC);

-- What is known of the receivers of a user's webhooks. By user, since one host serves many, and the address of one that
-- does not answer must not keep the others' from being called.
CREATE TABLE webhook_receivers (
    user_id      text        NOT NULL,
    receiver     text        NOT NULL,
    -- In a row, the latest included.
    failures     integer     NOT NULL CHECK (failures >= 0),
    -- Whether the latest answer came soon.
    quick        boolean     NOT NULL,
    paused_until timestamptz,
    changed_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, receiver),
    CONSTRAINT only_what_fails_is_paused CHECK (failures > 0 OR paused_until IS NULL),
    CONSTRAINT what_fails_is_not_quick CHECK (NOT (quick AND failures > 0))
);

CREATE INDEX webhook_receivers_paused ON webhook_receivers (paused_until) WHERE paused_until IS NOT NULL;
CREATE INDEX webhook_receivers_by_age ON webhook_receivers (changed_at);

-- Users take turns in the order of their ids, beginning after the one who came last. Each claim raises the count.
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

-- A trigger, since a job ends by more than one statement and none of them may forget it. It runs when the statement is
-- done, and sees the history and the result that this one wrote.
CREATE FUNCTION tell_the_end() RETURNS trigger LANGUAGE plpgsql
-- A plan is kept for the session. One that was made while a table was small would read all of it later.
SET enable_seqscan = off SET enable_bitmapscan = off
AS $$
DECLARE
    event text := 'job.' || lower(cast(NEW.state AS text));
BEGIN
    INSERT INTO deliveries (job_id, user_id, type, url, body)
    SELECT NEW.id, NEW.user_id, event, NEW.callback_url,
           format('{"type":"%s","timestamp":"%s","data":%s}', event, iso8601(NEW.completed_at), document)
    FROM job_documents WHERE job_id = NEW.id;
    -- It was made with the job, and may have been deleted by hand.
    INSERT INTO webhook_secrets (user_id)
    SELECT NEW.user_id WHERE NOT EXISTS (SELECT FROM webhook_secrets WHERE user_id = NEW.user_id)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER jobs_tell_their_end AFTER UPDATE OF state ON jobs
    FOR EACH ROW WHEN (NEW.callback_url IS NOT NULL AND NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL)
    EXECUTE FUNCTION tell_the_end();

-- What one process does for all of them, and when it is due again.
CREATE TABLE chores (
    name   text        PRIMARY KEY,
    due_at timestamptz NOT NULL
);
