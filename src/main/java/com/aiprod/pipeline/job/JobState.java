package com.aiprod.pipeline.job;

import java.util.EnumSet;
import java.util.Set;

/** The state of a job. A database trigger enforces the same transitions; a test keeps the two in step. */
public enum JobState {
    /** Accepted and waiting for a worker. */
    QUEUED,
    /** Claimed: one worker holds a lease on the job. */
    PROCESSING,
    /** Ended with an output. Final. */
    COMPLETED,
    /** Ended with an error. Only a redrive leaves this state. */
    FAILED,
    /** Ended by its owner. Final. */
    CANCELLED;

    /** The states that a job can enter from this one in one step. */
    public Set<JobState> next() {
        return switch (this) {
            case QUEUED -> EnumSet.of(PROCESSING, CANCELLED);
            case PROCESSING -> EnumSet.of(COMPLETED, FAILED, CANCELLED, QUEUED);
            case FAILED -> EnumSet.of(QUEUED);
            case COMPLETED, CANCELLED -> EnumSet.noneOf(JobState.class);
        };
    }

    /** Whether a client can stop waiting because the job has ended. */
    public boolean ended() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
