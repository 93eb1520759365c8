package com.aiprod.pipeline.api.problem;

import java.util.List;

/** Makes a request fail with a problem. The message becomes the problem's {@code detail}, which the caller reads. */
public class ProblemException extends RuntimeException {

    private final ProblemType type;
    private final List<FieldFault> errors;
    private final Integer retryAfterSec;

    /** A problem without field errors, for which a retry does not help by itself. */
    public ProblemException(ProblemType type, String detail) {
        this(type, detail, List.of(), null);
    }

    /**
     * Describes the problem.
     *
     * @param detail what happened, for the caller
     * @param errors every error in the request; empty unless the input is invalid
     * @param retryAfterSec seconds after which a retry makes sense; null if none does
     */
    public ProblemException(ProblemType type, String detail, List<FieldFault> errors, Integer retryAfterSec) {
        // A stack trace would only show where the caller's mistake was found, and costs more than the whole response.
        super(detail, null, false, false);
        this.type = type;
        this.errors = List.copyOf(errors);
        this.retryAfterSec = retryAfterSec;
    }

    /** The problem type, which also determines the HTTP status. */
    public ProblemType type() {
        return type;
    }

    /** Every error in the request; empty unless the input is invalid. */
    public List<FieldFault> errors() {
        return errors;
    }

    /** Seconds after which a retry makes sense; null if none does. */
    public Integer retryAfterSec() {
        return retryAfterSec;
    }
}
