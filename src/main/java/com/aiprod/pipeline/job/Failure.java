package com.aiprod.pipeline.job;

/**
 * Why an attempt failed.
 *
 * @param errorCode stable code for programs, such as {@code PIPELINE_TIMEOUT}; cut to 64 characters
 * @param message text for the job's owner, without internal details; cut to 4,000 characters
 * @param retryable whether the same job may succeed in another attempt
 */
public record Failure(String errorCode, String message, boolean retryable) {

    /** The code of an attempt that reached its wall-time limit. */
    public static final String TIMEOUT_CODE = "PIPELINE_TIMEOUT";

    /** The code of an attempt that failed with an error that no stage anticipated. */
    public static final String UNFORESEEN_CODE = "INTERNAL_ERROR";

    private static final String UNNAMED_CODE = "PIPELINE_ERROR";
    private static final int MAX_CODE_CHARACTERS = 64;
    private static final int MAX_MESSAGE_CHARACTERS = 4000;

    /** Makes any input fit the database. Otherwise the job of an unfit failure could never end. */
    public Failure {
        errorCode = errorCode == null || errorCode.isBlank()
                ? UNNAMED_CODE
                : StorableText.of(
                        errorCode.substring(0, Math.min(errorCode.length(), MAX_CODE_CHARACTERS)), MAX_CODE_CHARACTERS);
        message = message == null ? "The pipeline failed." : StorableText.of(message, MAX_MESSAGE_CHARACTERS);
    }
}
