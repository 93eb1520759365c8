package com.aiprod.pipeline.worker;

import java.util.List;
import java.util.Optional;
import org.apache.camel.Exchange;

/** Keeps the result of each attempt until the database has it, and gives it out to be published again. */
public final class UnrecordedResults {

    private final RunningAttempts attempts;

    UnrecordedResults(RunningAttempts attempts) {
        this.attempts = attempts;
    }

    /**
     * Keeps the ResultMessage in the body.
     *
     * @throws AttemptStoppedException when the job was no longer this worker's: its result must not go out
     */
    public void keep(Exchange exchange) {
        Attempt attempt = RunningAttempts.of(exchange);
        if (attempt != null && !attempt.conclude(exchange.getMessage().getBody(String.class))) {
            throw new AttemptStoppedException(attempt.jobId, attempt.number, null);
        }
    }

    /** The results to publish again: published a while ago or not at all, and still not in the database. */
    public List<Unrecorded> due() {
        return attempts.all().map(Attempt::due).flatMap(Optional::stream).toList();
    }

    /**
     * A result to publish again.
     *
     * @param traceparent of the job; null when it is not traced
     * @param result the ResultMessage as it was written
     */
    public record Unrecorded(String jobId, int attempt, String traceparent, String result) {}
}
