package com.aiprod.pipeline.job;

import java.util.Map;
import java.util.UUID;

/**
 * What travels on {@code aiprod-pipeline-jobs}, schema {@code job.v1}. It announces a job; the worker that claims the
 * job reads it from the database, which alone is the truth.
 *
 * @param jobId the job; required
 * @param userId its owner
 * @param content the text to make a video of
 * @param preset id of the preset
 * @param metadata the caller's own object, as it was submitted
 */
public record JobMessage(UUID jobId, String userId, String content, String preset, Map<String, Object> metadata) {

    /** @throws IllegalArgumentException without a job id: nobody could act on such a message */
    public JobMessage {
        if (jobId == null) {
            throw new IllegalArgumentException("job_id is missing");
        }
    }
}
