package com.aiprod.pipeline.stage;

/** A stage failed for a reason that another try cannot change: the job is dead-lettered at once. */
public class PermanentStageException extends RuntimeException {

    private final String errorCode;

    /**
     * Says what failed.
     *
     * @param errorCode stable name of the reason in upper snake case, for programs
     * @param message what happened and what helps, for people; it reaches the job's owner, so no paths or hosts
     */
    public PermanentStageException(String errorCode, String message, Throwable cause) {
        super(message, cause);
        this.errorCode = errorCode;
    }

    /** As the other constructor, without a cause. */
    public PermanentStageException(String errorCode, String message) {
        this(errorCode, message, null);
    }

    /** Stable name of the reason, e.g. {@code STORAGE_FULL}. */
    public String errorCode() {
        return errorCode;
    }
}
