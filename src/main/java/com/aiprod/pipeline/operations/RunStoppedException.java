package com.aiprod.pipeline.operations;

/** An attempt was told to stop: its job was cancelled or went to another worker, or this process is ending. */
public final class RunStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RunStoppedException(String jobId, int attempt, Throwable cause) {
        super("Attempt %s of job %s was stopped".formatted(attempt, jobId), cause);
    }
}
