package com.aiprod.pipeline.job;

import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A message on {@code aiprod-pipeline-results}, schema {@code result.v1}: how one attempt ended. The message attribute
 * {@code attempt} holds the attempt's number.
 *
 * @param jobId the job; required
 * @param status how the attempt ended; required
 * @param output the pipeline's output after a success; otherwise {@code error_code} and {@code retryable}
 * @param errorMessage what went wrong, for the job's owner; null after a success
 * @param processingTimeMs wall time of the attempt in milliseconds, including retries
 */
public record ResultMessage(
        UUID jobId, Status status, Map<String, Object> output, String errorMessage, long processingTimeMs) {

    /** How an attempt ended. In lower case, as in the message. */
    public enum Status {
        success,
        error,
        timeout
    }

    private static final String ERROR_CODE = "error_code";
    private static final String RETRYABLE = "retryable";
    private static final Pattern CODE = Pattern.compile("[\\x21-\\x7e]{1,64}");

    /** @throws IllegalArgumentException if the job ID or the status is missing, or the time is negative */
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

    /** The attempt succeeded with this output. */
    public static ResultMessage success(UUID jobId, Map<String, Object> output, long processingTimeMs) {
        return new ResultMessage(jobId, Status.success, output, null, processingTimeMs);
    }

    /** The attempt failed. {@link Failure#TIMEOUT_CODE} gives the status {@code timeout}. */
    public static ResultMessage failure(UUID jobId, Failure failure, long processingTimeMs) {
        Status status = Failure.TIMEOUT_CODE.equals(failure.errorCode()) ? Status.timeout : Status.error;
        Map<String, Object> output = Map.of(ERROR_CODE, failure.errorCode(), RETRYABLE, failure.retryable());
        return new ResultMessage(jobId, status, output, failure.message(), processingTimeMs);
    }

    /**
     * The failure; null after a success. If another producer sends no code or one that cannot be stored, the status
     * decides between the timeout code and {@code PIPELINE_ERROR}.
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
