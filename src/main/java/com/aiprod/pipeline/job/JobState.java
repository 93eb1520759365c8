package com.aiprod.pipeline.job;

import java.util.EnumSet;
import java.util.Set;

/** Where a job is in its life. The database holds the same moves in a trigger; a test keeps the two in step. */
public enum JobState {
    /** Accepted and waiting for a worker. */
    QUEUED,
    /** Claimed: one worker holds a lease on it. */
    PROCESSING,
    /** Ended with an output. Never changes again. */
    COMPLETED,
    /** Ended with an error. Only a redrive leads on from here. */
    FAILED,
    /** Ended by its owner. Never changes again. */
    CANCELLED;

    /** The states a job may move to from this one in one step. */
    public Set<JobState> next() {
        return switch (this) {
            case QUEUED -> EnumSet.of(PROCESSING, CANCELLED);
            case PROCESSING -> EnumSet.of(COMPLETED, FAILED, CANCELLED, QUEUED);
            case FAILED -> EnumSet.of(QUEUED);
            case COMPLETED, CANCELLED -> EnumSet.noneOf(JobState.class);
        };
    }

    /** Whether a client may stop waiting: the job has its result. */
    public boolean ended() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }
}
