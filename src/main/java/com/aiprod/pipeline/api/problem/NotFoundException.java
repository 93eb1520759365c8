package com.aiprod.pipeline.api.problem;

/** 404: the resource that the path names does not exist. */
public class NotFoundException extends ProblemException {

    /** @param detail what happened, for the caller */
    public NotFoundException(String detail) {
        super(ProblemType.NOT_FOUND, detail);
    }
}
