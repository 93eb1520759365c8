package com.aiprod.pipeline.job;

import java.util.Map;

/**
 * What travels on {@code aiprod-pipeline-dlq}, schema {@code dead-letter.v1}.
 *
 * @param jobId the job as the failed message named it; null where it named none
 * @param reason the error code, such as {@code POISON_MESSAGE}
 * @param error what happened, for an operator to read
 * @param metadata the original data and attributes, the attempts, and the route and step where it failed
 */
public record DeadLetterMessage(String jobId, String reason, String error, Map<String, Object> metadata) {

    /** Whether it says what it must: without reason, error and metadata it is no dead letter of ours. */
    public boolean complete() {
        return reason != null && !reason.isBlank() && reason.length() <= 64 && error != null && metadata != null;
    }
}
