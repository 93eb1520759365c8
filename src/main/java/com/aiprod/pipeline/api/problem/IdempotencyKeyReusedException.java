package com.aiprod.pipeline.api.problem;

/** 422: the idempotency key came before, with another request. */
public class IdempotencyKeyReusedException extends ProblemException {

    public IdempotencyKeyReusedException(String detail) {
        super(ProblemType.IDEMPOTENCY_KEY_REUSED, detail);
    }
}
