package com.aiprod.pipeline.job;

import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * What travels on {@code aiprod-pipeline-results}, schema {@code result.v1}: how one attempt ended. The attempt itself
 * is the attribute {@code attempt}.
 *
 * @param jobId the job; required
 * @param status how the attempt ended; required
 * @param output of a success, what the pipeline left; otherwise {@code error_code} and {@code retryable}
 * @param errorMessage what went wrong, for the job's owner to read; null after a success
 * @param processingTimeMs wall time of the attempt in milliseconds, its retries included
 */
public record ResultMessage(
        UUID jobId, Status status, Map<String, Object> output, String errorMessage, long processingTimeMs) {

    /** How an attempt ended; written in lower case. */
    public enum Status {
        success,
        error,
        timeout
    }

    private static final String ERROR_CODE = "error_code";
    private static final String RETRYABLE = "retryable";
    private static final Pattern CODE = Pattern.compile("[\\x21-\\x7e]{1,64}");

    /** @throws IllegalArgumentException without a job id or a status, or with a negative time */
    public ResultMessage {
        if (jobId == null) {
            throw new IllegalArgumentException("job_id is missing");
        }
        if (status == null) {
            throw new IllegalArgumentException("status is missing");
        }
        if (processingTimeMs < 0) {
            throw new IllegalArgumentException("processing_time_ms is negative");
        }
    }

    /** The attempt ended well and left {@code output}. */
    public static ResultMessage success(UUID jobId, Map<String, Object> output, long processingTimeMs) {
        return new ResultMessage(jobId, Status.success, output, null, processingTimeMs);
    }

    /** The attempt failed; {@link Failure#TIMEOUT_CODE} makes it a timeout. */
    public static ResultMessage failure(UUID jobId, Failure failure, long processingTimeMs) {
        Status status = Failure.TIMEOUT_CODE.equals(failure.errorCode()) ? Status.timeout : Status.error;
        Map<String, Object> output = Map.of(ERROR_CODE, failure.errorCode(), RETRYABLE, failure.retryable());
        return new ResultMessage(jobId, status, output, failure.message(), processingTimeMs);
    }

    /**
     * What failed, or null after a success. A message of another producer that gives no code, or one that cannot be
     * stored, is {@code PIPELINE_ERROR}, or a timeout's by its status.
     */
    public Failure failure() {
        if (status == Status.success) {
            return null;
        }
        Map<String, Object> details = output == null ? Map.of() : output;
        String fallback = status == Status.timeout ? Failure.TIMEOUT_CODE : "PIPELINE_ERROR";
        String code = details.get(ERROR_CODE) instanceof String given
                        && CODE.matcher(given).matches()
                ? given
                : fallback;
        return new Failure(code, errorMessage, Boolean.TRUE.equals(details.get(RETRYABLE)));
    }
}
