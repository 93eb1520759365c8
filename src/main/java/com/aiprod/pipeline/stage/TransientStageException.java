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

    /**
     * Describes a failure by the {@code message} of a {@code throwException} step.
     *
     * @param message the code, a colon and the text for the job's owner:
     *     {@code "MODEL_BUSY: The model is busy."}. A code has at most 64 characters of
     *     {@code A-Z0-9_}; without one it is {@code PIPELINE_ERROR}.
     */
    public TransientStageException(String message) {
        this(CodedMessage.of(message));
    }

    private TransientStageException(CodedMessage message) {
        this(message.code(), message.text());
    }

    /** The stable code, such as {@code VIDEO_UNREADABLE}. */
    public String errorCode() {
        return errorCode;
    }
}
