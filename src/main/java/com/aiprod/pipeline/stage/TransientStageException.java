package com.aiprod.pipeline.stage;

/** A stage failed for a reason that may pass. The job is retried. */
public final class TransientStageException extends StageException {

    private static final long serialVersionUID = 1L;

    /**
     * Describes the failure.
     *
     * @param errorCode stable code in upper snake case, for programs
     * @param message what happened and what helps; the job's owner reads it, so it must not name paths or hosts
     */
    public TransientStageException(String errorCode, String message, Throwable cause) {
        super(errorCode, message, cause);
    }

    /** Describes a failure without a cause. */
    public TransientStageException(String errorCode, String message) {
        super(errorCode, message, null);
    }

    /** @param message the code, a colon, and the text; as {@code throwException} gives it */
    public TransientStageException(String message) {
        super(message);
    }
}
