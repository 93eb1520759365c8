package com.aiprod.pipeline.api.problem;

import java.util.List;

/** 400: the request is not valid; carries every fault of it. */
public class InvalidRequestException extends ProblemException {

    /** A request that cannot be read at all, so that there are no fields to speak of. */
    public InvalidRequestException(String detail) {
        super(ProblemType.INVALID_REQUEST, detail);
    }

    /**
     * A request with faulty fields.
     *
     * @param errors all of them, at least one
     */
    public InvalidRequestException(List<FieldFault> errors) {
        super(ProblemType.INVALID_REQUEST, detail(errors), errors, null);
    }

    private static String detail(List<FieldFault> errors) {
        return errors.size() == 1
                ? errors.get(0).field() + " " + errors.get(0).message()
                : errors.size() + " faults; see errors.";
    }
}
