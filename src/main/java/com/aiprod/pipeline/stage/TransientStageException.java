package com.aiprod.pipeline.stage;

/** A stage failed for a reason that may pass. The job is retried. */
public class TransientStageException extends RuntimeException {

    private final String errorCode;

    /**
     * Describes the failure.
     *
     * @param errorCode stable code in upper snake case, for programs
     * @param message what happened and what helps; the job's owner reads it, so it must not name paths or hosts
     */
    public TransientStageException(String errorCode, String message, Throwable cause) {
        super(message, cause);
        this.errorCode = errorCode;
    }

    /** Describes a failure without a cause. */
    public TransientStageException(String errorCode, String message) {
        this(errorCode, message, null);
    }

    /** The stable code, such as {@code VIDEO_UNREADABLE}. */
    public String errorCode() {
        return errorCode;
    }
}
