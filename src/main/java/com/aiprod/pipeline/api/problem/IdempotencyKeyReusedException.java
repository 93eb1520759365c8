package com.aiprod.pipeline.api.problem;

/** 422: the idempotency key was already used with a different request. */
public class IdempotencyKeyReusedException extends ProblemException {

    /** @param detail what happened, for the caller */
    public IdempotencyKeyReusedException(String detail) {
        super(ProblemType.IDEMPOTENCY_KEY_REUSED, detail);
    }
}
