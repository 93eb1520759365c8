package com.aiprod.pipeline.pipelines.check;

import java.util.ArrayList;
import java.util.List;

/**
 * An endpoint's URI in its parts.
 *
 * @param path without the slashes before it
 * @param query what is behind the question mark; empty without one
 */
record Address(String scheme, String path, String query) {

    static Address of(String uri) {
        int mark = questionMark(uri);
        String head = mark < 0 ? uri : uri.substring(0, mark);
        int colon = head.indexOf(':');
        return new Address(
                (colon < 0 ? head : head.substring(0, colon)).strip(),
                colon < 0 ? "" : head.substring(colon + 1).replaceFirst("^//", ""),
                mark < 0 ? "" : uri.substring(mark + 1));
    }

    /** Whether it names a route of the same context. */
    boolean isInner() {
        return scheme.equals("direct") || scheme.equals("seda");
    }

    /** The first one that is not in an expression. */
    private static int questionMark(String uri) {
        int depth = 0;
        for (int i = 0; i < uri.length(); i++) {
            char c = uri.charAt(i);
            if (c == '{') {
                depth++;
            } else if (c == '}') {
                depth--;
            } else if (c == '?' && depth == 0) {
                return i;
            }
        }
        return -1;
    }

    /** The options of the query, as {@code name=value}; those in RAW() may contain anything. */
    List<String> options() {
        List<String> parts = new ArrayList<>();
        int start = 0;
        int raw = 0;
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (query.startsWith("RAW(", i) || query.startsWith("${", i)) {
                raw++;
            } else if ((c == ')' || c == '}') && raw > 0) {
                raw--;
            } else if (c == '&' && raw == 0) {
                parts.add(query.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(query.substring(start));
        return parts;
    }
}
