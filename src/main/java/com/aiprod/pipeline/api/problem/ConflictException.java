package com.aiprod.pipeline.api.problem;

/** 409: the state that the thing is in does not allow it. */
public class ConflictException extends ProblemException {

    public ConflictException(String detail) {
        super(ProblemType.CONFLICT, detail);
    }
}
