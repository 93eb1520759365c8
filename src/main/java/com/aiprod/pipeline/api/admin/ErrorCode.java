package com.aiprod.pipeline.api.admin;

/** What an error code may look like that a caller asks for; whether there is such a code is for the database to say. */
final class ErrorCode {

    static final String RULE = "must be an error code of 1 to 64 characters, such as PIPELINE_TIMEOUT";

    private static final int MAX_CHARACTERS = 64;

    private ErrorCode() {}

    static boolean isPossible(String text) {
        return !text.isEmpty()
                && text.codePointCount(0, text.length()) <= MAX_CHARACTERS
                && text.codePoints().noneMatch(ErrorCode::isNoCharacter);
    }

    /** A control, or half of a surrogate pair: PostgreSQL's text holds neither all of the first nor the second. */
    private static boolean isNoCharacter(int codePoint) {
        return Character.isISOControl(codePoint) || Character.getType(codePoint) == Character.SURROGATE;
    }
}
