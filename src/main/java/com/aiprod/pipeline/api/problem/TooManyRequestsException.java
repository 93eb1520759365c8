package com.aiprod.pipeline.api.problem;

import java.util.List;

/** 429: the caller has reached a limit. */
public class TooManyRequestsException extends ProblemException {

    private static final int RETRY_AFTER_SEC = 10;

    /** A limit that resets at an unknown time, within seconds. */
    public TooManyRequestsException(String detail) {
        this(detail, RETRY_AFTER_SEC);
    }

    /**
     * A limit that resets at a known time.
     *
     * @param retryAfterSec seconds until the limit resets
     */
    public TooManyRequestsException(String detail, int retryAfterSec) {
        super(ProblemType.TOO_MANY_REQUESTS, detail, List.of(), retryAfterSec);
    }
}
