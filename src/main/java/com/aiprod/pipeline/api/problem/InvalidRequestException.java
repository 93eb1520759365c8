package com.aiprod.pipeline.api.problem;

import java.util.List;

/** 400: the request is not valid. Carries every error in it. */
public class InvalidRequestException extends ProblemException {

    /** A request that cannot be parsed, so that no field can be named. */
    public InvalidRequestException(String detail) {
        super(ProblemType.INVALID_REQUEST, detail);
    }

    /**
     * A request with invalid fields.
     *
     * @param errors all of them, at least one
     */
    public InvalidRequestException(List<FieldFault> errors) {
        super(ProblemType.INVALID_REQUEST, detail(errors), errors, null);
    }

    private static String detail(List<FieldFault> errors) {
        return errors.size() == 1
                ? errors.get(0).field() + " " + errors.get(0).message()
                : "The request has " + errors.size() + " errors; see errors.";
    }
}
