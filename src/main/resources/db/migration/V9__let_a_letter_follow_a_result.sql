-- A result leaves a dead letter that the worker's own, of the same attempt, takes the place of; so an attempt decides
-- which letters are the same, and the message only where no attempt is known.
ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_message_id_key;
CREATE UNIQUE INDEX dead_letters_by_message ON dead_letters (message_id) WHERE job_id IS NULL OR attempt IS NULL;
