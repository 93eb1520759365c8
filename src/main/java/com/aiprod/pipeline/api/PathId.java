package com.aiprod.pipeline.api;

import java.util.Locale;
import java.util.regex.Pattern;

/** The ids that paths hold, all of them UUIDs. */
final class PathId {

    // UUID.fromString takes "1-1-1-1-1" as well.
    private static final Pattern UUID_TEXT =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");

    private PathId() {}

    /**
     * The id in lower case, as PostgreSQL writes it.
     *
     * @param text the path parameter
     * @param what what it is the id of, as the caller is told it
     * @throws NotFoundException if it is no UUID, and so no id
     */
    static String of(String text, String what) {
        if (!isUuid(text)) {
            throw new NotFoundException("There is no such " + what + ".");
        }
        return text.toLowerCase(Locale.ROOT);
    }

    static boolean isUuid(String text) {
        return text != null && UUID_TEXT.matcher(text).matches();
    }
}
