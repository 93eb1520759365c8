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
