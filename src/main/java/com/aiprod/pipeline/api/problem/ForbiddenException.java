package com.aiprod.pipeline.api.problem;

/** 403: the resource belongs to another user, or the operation needs a role that the caller does not have. */
public class ForbiddenException extends ProblemException {

    /** @param detail what happened, for the caller */
    public ForbiddenException(String detail) {
        super(ProblemType.FORBIDDEN, detail);
    }
}
