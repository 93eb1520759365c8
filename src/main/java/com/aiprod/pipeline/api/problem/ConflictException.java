package com.aiprod.pipeline.api.problem;

/** 409: the current state of the resource does not allow the operation. */
public class ConflictException extends ProblemException {

    /** @param detail what happened, for the caller */
    public ConflictException(String detail) {
        super(ProblemType.CONFLICT, detail);
    }
}
