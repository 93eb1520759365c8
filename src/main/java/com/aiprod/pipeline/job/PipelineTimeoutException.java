package com.aiprod.pipeline.job;

import java.time.Duration;

/** An attempt used up its wall time, which includes its retries. */
public final class PipelineTimeoutException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param limit wall time of the attempt */
    public PipelineTimeoutException(Duration limit, Throwable cause) {
        super("The job did not finish within %s seconds.".formatted(limit.toSeconds()), cause);
    }
}
