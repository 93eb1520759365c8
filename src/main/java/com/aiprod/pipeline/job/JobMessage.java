package com.aiprod.pipeline.job;

import java.util.Map;
import java.util.UUID;

/**
 * A message on {@code aiprod-pipeline-jobs}, schema {@code job.v1}. It announces a job. The worker that claims the job
 * reads it from the database, which is the only source of truth.
 *
 * @param jobId the job; required
 * @param userId the owner of the job
 * @param content the text to turn into a video
 * @param preset ID of the preset
 * @param metadata the client's own object, as submitted
 */
public record JobMessage(UUID jobId, String userId, String content, String preset, Map<String, Object> metadata) {

    /** @throws IllegalArgumentException if the job ID is missing */
    public JobMessage {
        if (jobId == null) {
            throw new IllegalArgumentException("job_id is missing");
        }
    }
}
