package com.aiprod.pipeline.stage;

/** A stage failed for a reason that may pass: the job is tried again. */
public class TransientStageException extends RuntimeException {

    private final String errorCode;

    /**
     * Says what failed.
     *
     * @param errorCode stable name of the reason in upper snake case, for programs
     * @param message what happened and what helps, for people; it reaches the job's owner, so no paths or hosts
     */
    public TransientStageException(String errorCode, String message, Throwable cause) {
        super(message, cause);
        this.errorCode = errorCode;
    }

    /** As the other constructor, without a cause. */
    public TransientStageException(String errorCode, String message) {
        this(errorCode, message, null);
    }

    /** Stable name of the reason, e.g. {@code VIDEO_UNREADABLE}. */
    public String errorCode() {
        return errorCode;
    }
}
