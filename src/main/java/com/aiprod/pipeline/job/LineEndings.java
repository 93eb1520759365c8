package com.aiprod.pipeline.job;

import java.util.regex.Pattern;

/** What the Unicode Standard (section 5.8, Newline Guidelines) takes for the end of a line. */
public final class LineEndings {

    /** Word and PowerPoint put U+000B for a line that ends within a paragraph, and U+000C ends a page. */
    private static final Pattern ANY = Pattern.compile("\\r\\n?|[\\u000B\\f\\u0085\\u2028\\u2029]");

    private LineEndings() {}

    /** The text with a line feed for each of them; CR and LF together are one. */
    public static String toLineFeeds(String text) {
        return ANY.matcher(text).replaceAll("\n");
    }
}
