package com.aiprod.pipeline.stage;

/**
 * Receives the progress of a job. Called several times a second while frames are rendered, so it must return at once.
 */
@FunctionalInterface
public interface Progress {

    /**
     * Reports the progress of a stage.
     *
     * @param jobId the job
     * @param attempt the number of the attempt
     * @param stage the name of the stage, such as {@code render}
     * @param percent 0 to 100 of that stage
     */
    void report(String jobId, int attempt, String stage, int percent);
}
