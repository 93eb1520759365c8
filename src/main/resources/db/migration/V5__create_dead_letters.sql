-- What the dead-letter topic carried, for an operator to look at and send back.

CREATE TABLE dead_letters (
    id           uuid        PRIMARY KEY DEFAULT uuid_v7(),
    -- None for a message that names no job of ours; what it held is in the metadata.
    job_id       uuid REFERENCES jobs ON DELETE CASCADE,
    attempt      integer,
    message_id   text        NOT NULL UNIQUE,
    error_code   text        NOT NULL CHECK (char_length(error_code) BETWEEN 1 AND 64),
    reason       text        NOT NULL,
    error        text        NOT NULL,
    attempts     integer     NOT NULL CHECK (attempts >= 0),
    route        text,
    metadata     json        NOT NULL CHECK (json_typeof(metadata) = 'object'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    redriven_at  timestamptz,
    discarded_at timestamptz,
    CONSTRAINT settled_once CHECK (redriven_at IS NULL OR discarded_at IS NULL)
);

-- An attempt fails once, however often its dead letter is published.
CREATE UNIQUE INDEX dead_letters_by_attempt ON dead_letters (job_id, attempt);
CREATE INDEX dead_letters_by_age ON dead_letters (created_at DESC, id DESC);
CREATE INDEX dead_letters_by_code ON dead_letters (error_code, created_at DESC, id DESC);
