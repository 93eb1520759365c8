-- Who settled a dead letter, and indexes for what operators ask.

ALTER TABLE dead_letters
    ADD COLUMN redriven_by  text CHECK (char_length(redriven_by) BETWEEN 1 AND 255),
    ADD COLUMN discarded_by text CHECK (char_length(discarded_by) BETWEEN 1 AND 255),
    ADD CONSTRAINT a_redrive_is_somebodys CHECK ((redriven_at IS NULL) = (redriven_by IS NULL)),
    ADD CONSTRAINT a_discard_is_somebodys CHECK ((discarded_at IS NULL) = (discarded_by IS NULL));

-- A discarded letter is kept for the audit and shown no more, so no page should have to step over it.
DROP INDEX dead_letters_by_age, dead_letters_by_code;
CREATE INDEX dead_letters_by_age ON dead_letters (created_at DESC, id DESC) WHERE discarded_at IS NULL;
CREATE INDEX dead_letters_by_code ON dead_letters (error_code, created_at DESC, id DESC) WHERE discarded_at IS NULL;
-- Redrive by code, oldest first, and how many wait for an operator.
CREATE INDEX dead_letters_unsettled ON dead_letters (error_code, created_at, id)
    WHERE redriven_at IS NULL AND discarded_at IS NULL;

-- How many jobs wait, and since when.
CREATE INDEX jobs_waiting ON jobs (updated_at) WHERE state = 'QUEUED';
