package com.aiprod.pipeline.job;

import java.util.regex.Pattern;

/** Text of unknown origin, made such that it can be written as UTF-8, sent and stored. */
public final class StorableText {

    /** As regular expressions see it, a surrogate is one only where it has no partner. */
    private static final Pattern UNSTORABLE = Pattern.compile("[\\x00\\p{Cs}]");

    private StorableText() {}

    /**
     * The text with U+FFFD in place of U+0000, which PostgreSQL's text does not hold, and of half characters, which UTF-8
     * does not know.
     *
     * @param atMost how many UTF-16 units are kept, at least 1; a text that was longer ends with an ellipsis
     */
    public static String of(String text, int atMost) {
        String kept = text.length() <= atMost ? text : text.substring(0, atMost - 1) + "…";
        return UNSTORABLE.matcher(kept).replaceAll("\uFFFD");
    }
}
