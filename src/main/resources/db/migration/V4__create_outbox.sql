-- Jobs whose message must still go out: written in the statement that queues the job, emptied by dispatch-jobs.

CREATE TABLE outbox (
    id           bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- One message on the way per job is enough: what it says is read from the job when it is sent.
    job_id       uuid         NOT NULL UNIQUE REFERENCES jobs ON DELETE CASCADE,
    priority     job_priority NOT NULL,
    created_at   timestamptz  NOT NULL DEFAULT now(),
    -- While a dispatcher publishes it no other takes it; one that died lets it go by doing nothing.
    leased_until timestamptz
);

CREATE INDEX outbox_by_turn ON outbox (priority DESC, id);
