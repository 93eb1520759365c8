package com.aiprod.pipeline.job;

/**
 * Why an attempt failed.
 *
 * @param errorCode stable and for machines, such as {@code PIPELINE_TIMEOUT}; at most 64 characters, the rest is cut
 * @param message for the job's owner: holds nothing of the inside; at most 4,000 characters, the rest is cut
 * @param retryable whether the same job may well succeed another time
 */
public record Failure(String errorCode, String message, boolean retryable) {

    /** The code of an attempt that ran into its wall-time limit. */
    public static final String TIMEOUT_CODE = "PIPELINE_TIMEOUT";

    /** The code of an attempt that failed in a way that no stage names. */
    public static final String UNFORESEEN_CODE = "INTERNAL_ERROR";

    private static final String UNNAMED_CODE = "PIPELINE_ERROR";
    private static final int MAX_CODE_CHARACTERS = 64;
    private static final int MAX_MESSAGE_CHARACTERS = 4000;

    /** A stage or another producer may say anything or nothing; what is kept fits the database, or no job could end. */
    public Failure {
        errorCode = errorCode == null || errorCode.isBlank()
                ? UNNAMED_CODE
                : StorableText.of(
                        errorCode.substring(0, Math.min(errorCode.length(), MAX_CODE_CHARACTERS)), MAX_CODE_CHARACTERS);
        message = message == null ? "The pipeline failed." : StorableText.of(message, MAX_MESSAGE_CHARACTERS);
    }
}
