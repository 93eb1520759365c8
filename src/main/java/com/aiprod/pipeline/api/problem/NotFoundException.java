package com.aiprod.pipeline.api.problem;

/** 404: what the path names is not there. */
public class NotFoundException extends ProblemException {

    public NotFoundException(String detail) {
        super(ProblemType.NOT_FOUND, detail);
    }
}
