package com.aiprod.pipeline.api.problem;

import java.util.List;

/** 429: a limit of the caller's is reached. */
public class TooManyRequestsException extends ProblemException {

    private static final int RETRY_AFTER_SEC = 10;

    public TooManyRequestsException(String detail) {
        this(detail, RETRY_AFTER_SEC);
    }

    /**
     * A limit that is known to end.
     *
     * @param retryAfterSec seconds until it does
     */
    public TooManyRequestsException(String detail, int retryAfterSec) {
        super(ProblemType.TOO_MANY_REQUESTS, detail, List.of(), retryAfterSec);
    }
}
