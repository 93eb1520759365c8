package com.aiprod.pipeline.stage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stage failed for a reason that it knows. A route throws it by {@code throwException} with the message
 * {@code "CONTENT_REFUSED: This text is not accepted."}: the code stands before the first colon, and the rest is for the
 * job's owner.
 */
public abstract sealed class StageException extends RuntimeException
        permits PermanentStageException, TransientStageException {

    private static final long serialVersionUID = 1L;

    private static final Pattern CODED = Pattern.compile("\\s*([A-Z0-9_]{1,64})\\s*:\\s*(.*)", Pattern.DOTALL);

    private final String errorCode;

    StageException(String errorCode, String message, Throwable cause) {
        super(message, cause);
        this.errorCode = errorCode;
    }

    /** @param message code and text, or text alone; null counts as empty */
    StageException(String message) {
        this(CODED.matcher(message == null ? "" : message), message == null ? "" : message);
    }

    private StageException(Matcher coded, String message) {
        this(coded.matches() ? coded.group(1) : null, (coded.matches() ? coded.group(2) : message).strip(), null);
    }

    /** The stable code in upper snake case, such as {@code STORAGE_FULL}; null if the stage gave none. */
    public String errorCode() {
        return errorCode;
    }
}
