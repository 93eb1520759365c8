package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

/** Statements with one mistake each, which the properties must find. {@link #NONE} changes nothing. */
enum Broken {
    NONE(Property.LIFE, "", "", ""),
    SUBMIT_WITHOUT_MESSAGE(
            Property.LIFE,
            "submit-job",
            "INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job",
            "SELECT"),
    SUBMIT_DESPITE_THE_KEY(Property.LIFE, "submit-job", "AND key.job_id <> asked.id)", "AND false)"),
    SUBMIT_NEVER_FREES_A_KEY(Property.LIFE, "submit-job", "known.expires_at <= now()", "false"),
    DISPATCH_WITHOUT_LEASE(Property.LIFE, "claim-outbox", "leased_until IS NULL OR leased_until <= now()", "true"),
    DISPATCH_WITHOUT_LIMIT(
            Property.LIFE,
            "claim-outbox",
            "coalesce((SELECT jobs FROM worker_capacity), cast(:?minInFlight AS bigint))",
            "100"),
    DISPATCH_AS_IF_NO_WORKER_LIVED(
            Property.LIFE, "claim-outbox", "coalesce((SELECT jobs FROM worker_capacity), ", "coalesce(NULL, "),
    DISPATCH_WITHOUT_WRAPPING(Property.LIFE, "claim-outbox", "AND NOT round.wrapped", "AND false"),
    CONFIRM_WITHOUT_MARK(
            Property.LIFE, "confirm-published", "leased_until = 'infinity', published_at = now()", "deferred = false"),
    CONFIRM_OF_THE_NEXT_WAIT(
            Property.LIFE,
            "confirm-published",
            "WHERE id = ANY (cast(:?publishedIds AS bigint[]))",
            "WHERE id >= ANY (cast(:?publishedIds AS bigint[]))"),
    CLAIM_OF_ANY_STATE(
            Property.LIFE,
            "claim-job",
            "cast(state AS text) = 'QUEUED'",
            "cast(state AS text) IN ('QUEUED', 'PROCESSING')"),
    CLAIM_OF_THE_SAME_ATTEMPT(
            Property.LIFE, "claim-job", "attempt = attempt + 1", "attempt = greatest(attempt, series_start + 1)"),
    CLAIM_WITHOUT_HISTORY(
            Property.LIFE,
            "claim-job",
            "'revision', revision))\n    FROM claimed",
            "'revision', revision))\n    FROM claimed LIMIT 0"),
    DEFERRAL_WITHOUT_MESSAGE(
            Property.LIFE,
            "defer-job",
            "    FROM deferred\n    ON CONFLICT",
            "    FROM deferred LIMIT 0\n    ON CONFLICT"),
    DEFERRAL_WITHOUT_PAUSE(Property.LIFE, "defer-job", "now() + make_interval", "now() - make_interval"),
    DEFERRAL_THAT_A_LATE_CONFIRMATION_UNDOES(Property.LIFE, "defer-job", "SET id = DEFAULT, leased", "SET leased"),
    DEFERRAL_IN_ANY_STATE(Property.LIFE, "defer-job", "AND state = 'QUEUED'", ""),
    RENEWAL_THAT_ENDS_THE_LEASE(
            Property.LIFE, "renew-leases", "lease_expires_at = now() +", "lease_expires_at = now() -"),
    RELEASE_WITHOUT_MESSAGE(
            Property.RACE,
            "release-jobs",
            "SELECT id, user_id, priority FROM released",
            "SELECT id, user_id, priority FROM released LIMIT 0"),
    PURGE_OF_WAITING_JOBS(
            Property.LIFE, "purge-jobs", "completed_at < now()", "created_at < now() + interval '1 year'"),
    CANCEL_OF_ENDED_JOBS(Property.LIFE, "cancel-job", " AND job.state IN ('QUEUED', 'PROCESSING')", ""),
    CANCEL_OF_ANYBODYS_JOB(Property.LIFE, "cancel-job", " AND user_id = :?userId", ""),
    CANCEL_OF_WAITING_JOBS_ONLY(Property.LIFE, "cancel-job", "IN ('QUEUED', 'PROCESSING')", "= 'QUEUED'"),
    REDRIVE_WITHOUT_MESSAGE(
            Property.LIFE,
            "redrive-dead-letters",
            "SELECT id, user_id, priority FROM queued",
            "SELECT id, user_id, priority FROM queued LIMIT 0"),
    REDRIVE_IN_ANY_STATE(Property.LIFE, "redrive-dead-letters", "AND jobs.state = 'FAILED'", ""),
    REDRIVE_IN_THE_OLD_SERIES(Property.LIFE, "redrive-dead-letters", "series_start = jobs.attempt,", ""),
    RESULT_OF_ANY_ATTEMPT(Property.LIFE, "record-result", " AND jobs.attempt = told.attempt", ""),
    RESULT_IN_ANY_STATE(Property.LIFE, "record-result", "AND cast(state AS text) = 'PROCESSING'", ""),
    FAILURE_WITHOUT_LETTER(Property.LIFE, "record-result", "FROM ended WHERE state = 'FAILED'", "FROM ended LIMIT 0"),
    RESCUE_WITHOUT_MESSAGE(
            Property.LIFE,
            "rescue-jobs",
            "SELECT id, user_id, priority FROM moved WHERE state = 'QUEUED'",
            "SELECT id, user_id, priority FROM moved LIMIT 0"),
    RESCUE_OF_LIVING_WORKERS(Property.LIFE, "rescue-jobs", " AND lease_expires_at < now()", ""),
    RESCUE_FOREVER(Property.LIFE, "rescue-jobs", "attempt - series_start >= max_attempts AS", "false AS"),
    CLAIM_THAT_TAKES_ANY_MESSAGE_FOR_A_NEW_ONE(
            Property.LIFE, "claim-job", "CASE WHEN attempt = 1 THEN now() END", "now()"),
    ANNOUNCEMENT_THAT_OUTLIVES_ITS_WORKER(
            Property.LIFE, "announce-worker", "now() + make_interval", "now() + 1000 * make_interval"),
    REPUBLISH_NOTHING(Property.LIFE, "republish-jobs", "LIMIT cast(:?batchSize AS integer)", "LIMIT 0"),
    REPUBLISH_WHAT_MERELY_WAITS(Property.LIFE, "republish-jobs", "(SELECT reached FROM evidence)", "now()"),
    REPUBLISH_BY_OVERTAKING_ONLY(
            Property.LIFE, "republish-jobs", "THEN now() END", "THEN now() - interval '9 years' END"),
    REPUBLISH_BY_WORKERS_THAT_ARE_GONE(
            Property.LIFE, "republish-jobs", "FROM workers WHERE alive_until > now()", "FROM workers"),
    REPUBLISH_AND_FORGET(
            Property.LIFE,
            "republish-jobs",
            "SET published_at = now(),",
            "SET published_at = NULL, leased_until = NULL,"),
    LETTER_FOR_EACH_DELIVERY(
            Property.LIFE, "record-dead-letter", "cast(:?attempt AS integer)", "cast(NULL AS integer)"),
    RESCUE_BY_THE_STATE_IT_SAW(Property.RACE, "rescue-jobs", "FOR NO KEY UPDATE SKIP LOCKED", ""),
    CANCEL_BY_THE_STATE_IT_SAW(Property.RACE, "cancel-job", "    FOR NO KEY UPDATE\n", "");

    /** The property that must find the mistake. */
    enum Property {
        LIFE,
        RACE
    }

    final Property property;
    private final String statement;
    private final String right;
    private final String wrong;

    Broken(Property property, String statement, String right, String wrong) {
        this.property = property;
        this.statement = statement;
        this.right = right;
        this.wrong = wrong;
    }

    /** Returns the text of the statement, with the mistake if it belongs to this statement. */
    String in(String name, String text) {
        if (!name.equals(statement)) {
            return text;
        }
        assertThat(text).as("the statement that %s breaks", this).contains(right);
        return text.replace(right, wrong);
    }
}
