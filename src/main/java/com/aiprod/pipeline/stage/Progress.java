package com.aiprod.pipeline.stage;

/** Told how far a job is. Called several times a second while frames are drawn, so it must return at once. */
@FunctionalInterface
public interface Progress {

    /**
     * Notes how far a stage is.
     *
     * @param jobId the job
     * @param attempt the claim under which the job runs
     * @param stage {@code sanitize}, {@code storyboard}, {@code render}, {@code check} or {@code deliver}
     * @param percent 0 to 100 of that stage
     */
    void report(String jobId, int attempt, String stage, int percent);
}
