package com.aiprod.pipeline.api.problem;

import java.util.List;

/** A request that is answered with a problem; the message is the problem's {@code detail} and is read by the caller. */
public class ProblemException extends RuntimeException {

    private final ProblemType type;
    private final List<FieldFault> errors;
    private final Integer retryAfterSec;

    public ProblemException(ProblemType type, String detail) {
        this(type, detail, List.of(), null);
    }

    public ProblemException(ProblemType type, String detail, List<FieldFault> errors, Integer retryAfterSec) {
        // The trace would only show where a caller's mistake was noticed, and costs more than all of the answer.
        super(detail, null, false, false);
        this.type = type;
        this.errors = List.copyOf(errors);
        this.retryAfterSec = retryAfterSec;
    }

    /** The kind of problem, which also gives the HTTP status. */
    public ProblemType type() {
        return type;
    }

    /** Every fault of the request; empty unless it was bad input. */
    public List<FieldFault> errors() {
        return errors;
    }

    /** Seconds after which a new try makes sense; null where none does. */
    public Integer retryAfterSec() {
        return retryAfterSec;
    }
}
