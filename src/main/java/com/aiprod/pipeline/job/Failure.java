package com.aiprod.pipeline.job;

/**
 * Why an attempt failed.
 *
 * @param errorCode stable and for machines, such as {@code PIPELINE_TIMEOUT}
 * @param message for the job's owner: holds nothing of the inside
 * @param retryable whether the same job may well succeed another time
 */
public record Failure(String errorCode, String message, boolean retryable) {

    /** The code of an attempt that ran into its wall-time limit. */
    public static final String TIMEOUT_CODE = "PIPELINE_TIMEOUT";
}
