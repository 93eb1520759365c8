package com.aiprod.pipeline.job;

import java.util.regex.Pattern;

/** Makes text of unknown origin safe to encode as UTF-8, publish, and store. */
public final class StorableText {

    /** In a Java regular expression, {@code \p{Cs}} matches only unpaired surrogates. */
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x00\\p{Cs}]");

    private StorableText() {}

    /**
     * Replaces U+0000, which PostgreSQL's {@code text} cannot hold, and unpaired surrogates, which UTF-8 cannot encode,
     * with U+FFFD.
     *
     * @param atMost the UTF-16 units to keep, at least 1; a longer text is cut and ends with an ellipsis
     */
    public static String of(String text, int atMost) {
        String kept = text.length() <= atMost ? text : text.substring(0, atMost - 1) + "…";
        return UNSTORABLE.matcher(kept).replaceAll("\uFFFD");
    }
}
