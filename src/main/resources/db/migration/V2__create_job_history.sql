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
