package com.aiprod.pipeline.api.problem;

/** 403: it is somebody else's, or takes a role that the caller has not. */
public class ForbiddenException extends ProblemException {

    public ForbiddenException(String detail) {
        super(ProblemType.FORBIDDEN, detail);
    }
}
