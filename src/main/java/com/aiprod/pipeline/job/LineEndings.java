package com.aiprod.pipeline.job;

import java.util.regex.Pattern;

/** Converts the line endings that the Unicode Standard lists (section 5.8, Newline Guidelines). */
public final class LineEndings {

    /** Word and PowerPoint use U+000B for a line break within a paragraph; U+000C ends a page. */
    private static final Pattern ANY = Pattern.compile("\\r\\n?|[\\u000B\\f\\u0085\\u2028\\u2029]");

    private LineEndings() {}

    /** Replaces each line ending with a line feed; CR LF counts as one. */
    public static String toLineFeeds(String text) {
        return ANY.matcher(text).replaceAll("\n");
    }
}
