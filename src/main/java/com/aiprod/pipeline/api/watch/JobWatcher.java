package com.aiprod.pipeline.api.watch;

/** Receives changes of a job. Implementations must return at once, because the callbacks run on shared threads. */
interface JobWatcher {

    String jobId();

    /** The user who watches the job. */
    String userId();

    /** The job changed or no longer exists. An older view might arrive after a newer one. */
    void changed(JobView view);

    /** This process is stopping and sends no more changes. */
    void end();
}
