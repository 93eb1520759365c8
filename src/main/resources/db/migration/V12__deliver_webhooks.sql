-- Webhooks: where the end of a job is told, what is still to be told, and the secrets by which it is signed.

ALTER TABLE jobs ADD COLUMN callback_url text CHECK (char_length(callback_url) BETWEEN 1 AND 2048);

-- Standard Webhooks: 'whsec_' and the Base64 of 24 to 64 bytes. Two such UUIDs have 244 bits of the server's strong
-- random source.
CREATE FUNCTION new_webhook_secret() RETURNS text
    LANGUAGE sql VOLATILE PARALLEL SAFE
    RETURN 'whsec_' || encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'base64');

CREATE TABLE webhook_secrets (
    user_id         text        PRIMARY KEY CHECK (char_length(user_id) BETWEEN 1 AND 255),
    secret          text        NOT NULL DEFAULT new_webhook_secret(),
    created_at      timestamptz NOT NULL DEFAULT now(),
    -- After a rotation both sign, until the receivers know the new one.
    previous_secret text,
    previous_until  timestamptz,
    CONSTRAINT a_previous_secret_ends CHECK ((previous_secret IS NULL) = (previous_until IS NULL))
);

CREATE TYPE delivery_status AS ENUM ('pending', 'delivered', 'failed');

CREATE TABLE deliveries (
    id                   uuid            PRIMARY KEY DEFAULT uuid_v7(),
    job_id               uuid            NOT NULL REFERENCES jobs ON DELETE CASCADE,
    user_id              text            NOT NULL REFERENCES webhook_secrets,
    type                 text            NOT NULL CHECK (type IN ('job.completed', 'job.failed', 'job.cancelled')),
    url                  text            NOT NULL,
    ended_at             timestamptz     NOT NULL,
    -- Written at the first try, so that each sends the same.
    body                 text,
    status               delivery_status NOT NULL DEFAULT 'pending',
    attempts             integer         NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    -- The attempts after which the present series began; a redelivery begins a new one.
    series_start         integer         NOT NULL DEFAULT 0 CHECK (series_start BETWEEN 0 AND attempts),
    last_response_status integer,
    last_error           text,
    created_at           timestamptz     NOT NULL DEFAULT now(),
    last_attempt_at      timestamptz,
    -- While a try is under way: when another process takes it that this one has not come back from.
    next_attempt_at      timestamptz     DEFAULT now(),
    delivered_at         timestamptz,
    CONSTRAINT only_what_is_pending_goes_out CHECK ((status = 'pending') = (next_attempt_at IS NOT NULL)),
    CONSTRAINT delivered_at_some_time CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);

CREATE INDEX deliveries_by_turn ON deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX deliveries_by_job ON deliveries (job_id, id DESC);

CREATE FUNCTION delivery_document(delivery deliveries) RETURNS json
    LANGUAGE sql STABLE
    RETURN json_build_object(
        'delivery_id', delivery.id,
        'type', delivery.type,
        'url', delivery.url,
        'status', delivery.status,
        'attempts', delivery.attempts,
        'last_response_status', delivery.last_response_status,
        'last_error', delivery.last_error,
        'created_at', iso8601(delivery.created_at),
        'last_attempt_at', iso8601(delivery.last_attempt_at),
        'next_attempt_at', iso8601(delivery.next_attempt_at),
        'delivered_at', iso8601(delivery.delivered_at));

-- A trigger, since a job ends by more than one statement and none of them may forget it.
CREATE FUNCTION tell_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO deliveries (job_id, user_id, type, url, ended_at)
    VALUES (NEW.id, NEW.user_id, 'job.' || lower(cast(NEW.state AS text)), NEW.callback_url, NEW.completed_at);
    RETURN NULL;
END $$;

CREATE TRIGGER jobs_tell_their_end AFTER UPDATE OF state ON jobs
    FOR EACH ROW WHEN (NEW.callback_url IS NOT NULL AND NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL)
    EXECUTE FUNCTION tell_the_end();
