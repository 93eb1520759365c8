package com.aiprod.pipeline.stage;

/** Something on this machine that jobs need. A worker takes none before all its checks have passed. */
@FunctionalInterface
public interface WorkerCheck {

    /**
     * Tries it; may take some seconds.
     *
     * @throws Exception saying, for the operator, what does not work
     */
    void check() throws Exception;
}
