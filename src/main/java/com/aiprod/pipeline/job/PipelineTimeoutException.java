package com.aiprod.pipeline.job;

import java.time.Duration;

/** An attempt used up its wall time, the time of its retries included. */
public final class PipelineTimeoutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PipelineTimeoutException(Duration limit, Throwable cause) {
        super("The job was not done within %s seconds.".formatted(limit.toSeconds()), cause);
    }
}
