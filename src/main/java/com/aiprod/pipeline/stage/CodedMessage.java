package com.aiprod.pipeline.stage;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The message of a {@code throwException} step, {@code "CONTENT_REFUSED: This text is not accepted."}: the code before the
 * first colon, and the text for the job's owner after it.
 *
 * @param code {@link #NO_CODE} if the message does not start with a code
 * @param text the whole message if it does not start with a code
 */
record CodedMessage(String code, String text) {

    static final String NO_CODE = "PIPELINE_ERROR";

    private static final Pattern CODED = Pattern.compile("\\s*([A-Z0-9_]{1,64})\\s*:\\s*(.*)", Pattern.DOTALL);

    /** @param message null counts as empty */
    static CodedMessage of(String message) {
        Matcher coded = CODED.matcher(message == null ? "" : message);
        return coded.matches()
                ? new CodedMessage(coded.group(1), coded.group(2).strip())
                : new CodedMessage(NO_CODE, message == null ? "" : message.strip());
    }
}
