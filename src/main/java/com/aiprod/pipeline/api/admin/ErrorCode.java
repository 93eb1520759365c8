package com.aiprod.pipeline.api.admin;

/** Checks the form of an error code that a caller gives; only the database knows which codes exist. */
final class ErrorCode {

    static final String RULE = "must be an error code of 1 to 64 characters, such as PIPELINE_TIMEOUT";

    private static final int MAX_CHARACTERS = 64;

    private ErrorCode() {}

    static boolean isPossible(String text) {
        return !text.isEmpty()
                && text.codePointCount(0, text.length()) <= MAX_CHARACTERS
                && text.codePoints().noneMatch(ErrorCode::isForbidden);
    }

    /** A control character, of which PostgreSQL's text does not hold U+0000, or a surrogate, of which it holds none. */
    static boolean isForbidden(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }
}
