package com.aiprod.pipeline.job;

import java.util.Map;

/**
 * A message on {@code aiprod-pipeline-dlq}, schema {@code dead-letter.v1}.
 *
 * @param jobId the job that the failed message named; null if it named none
 * @param reason the error code, such as {@code POISON_MESSAGE}
 * @param error what happened, for operators
 * @param metadata the original data and attributes, the number of attempts, and the route and step that failed
 */
public record DeadLetterMessage(String jobId, String reason, String error, Map<String, Object> metadata) {

    /** Whether the required parts are there: a message without reason, error, or metadata is not a dead letter. */
    public boolean complete() {
        return reason != null && !reason.isBlank() && reason.length() <= 64 && error != null && metadata != null;
    }
}
