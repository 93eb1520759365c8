package com.aiprod.pipeline.stage;

/** A check of something on this machine that jobs need. A worker accepts jobs only after all its checks pass. */
@FunctionalInterface
public interface WorkerCheck {

    /**
     * Runs the check; may take some seconds.
     *
     * @throws Exception with a message that tells the operator what does not work
     */
    void check() throws Exception;
}
