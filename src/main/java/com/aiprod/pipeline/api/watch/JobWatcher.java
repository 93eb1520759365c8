package com.aiprod.pipeline.api.watch;

/** Somebody who wants to know how a job goes on. Both calls come on threads that others wait for: return at once. */
interface JobWatcher {

    String jobId();

    /** Who watches. */
    String userId();

    /** The job changed, or was found to be gone. An older view may come after a newer one. */
    void changed(JobView view);

    /** This process ends and will tell no more. */
    void end();
}
