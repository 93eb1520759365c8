-- The jobs themselves. Every rule that a statement could break by mistake is held here.

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

-- RFC 9562, version 7: 48 bits of milliseconds, then random ones. PostgreSQL has its own from 18 on; 14 is our floor.
CREATE FUNCTION uuid_v7() RETURNS uuid
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN encode(
        set_bit(set_bit(
            overlay(uuid_send(gen_random_uuid())
                PLACING substring(int8send(cast(floor(extract(epoch FROM clock_timestamp()) * 1000) AS bigint)) FROM 3)
                FROM 1 FOR 6),
            52, 1), 53, 1),
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
    request_id       text,
    traceparent      text,

    -- The fencing token: rises at each claim, and only a result that carries the present value counts.
    attempt          integer      NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    -- The attempt after which the present series began; a redrive begins a new one.
    series_start     integer      NOT NULL DEFAULT 0 CHECK (series_start >= 0),
    max_attempts     integer      NOT NULL DEFAULT 5 CHECK (max_attempts > 0),
    worker_id        text,
    lease_expires_at timestamptz,
    -- Set while a message for this QUEUED job is believed to be on its way to a worker.
    published_at     timestamptz,
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
-- Rescue: leases that ran out, and messages that never arrived.
CREATE INDEX jobs_by_lease ON jobs (lease_expires_at) WHERE state = 'PROCESSING';
CREATE INDEX jobs_on_their_way ON jobs (published_at) WHERE published_at IS NOT NULL;

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
