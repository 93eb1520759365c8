package com.aiprod.pipeline.worker;

/** An attempt was stopped: its job was cancelled or taken over by another worker, or this process is shutting down. */
public final class AttemptStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AttemptStoppedException(String jobId, int attempt, Throwable cause) {
        super("Attempt %s of job %s was stopped".formatted(attempt, jobId), cause);
    }
}
