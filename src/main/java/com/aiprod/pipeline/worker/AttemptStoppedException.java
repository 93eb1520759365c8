package com.aiprod.pipeline.worker;

/** An attempt was told to stop: its job was cancelled or went to another worker, or this process is ending. */
public final class AttemptStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AttemptStoppedException(String jobId, int attempt, Throwable cause) {
        super("Attempt %s of job %s was stopped".formatted(attempt, jobId), cause);
    }
}
