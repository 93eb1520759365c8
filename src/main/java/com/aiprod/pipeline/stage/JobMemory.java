package com.aiprod.pipeline.stage;

/** Keeps what the stages of a job remember, over retries, workers, and redrives. */
@FunctionalInterface
public interface JobMemory {

    /**
     * Stores a value, if the attempt still has the job.
     *
     * @param name of the value, unique in the job
     * @param value null deletes it
     * @throws RuntimeException that stops the attempt, if the job was cancelled or another worker has it
     */
    void store(String jobId, int attempt, String name, String value);
}
