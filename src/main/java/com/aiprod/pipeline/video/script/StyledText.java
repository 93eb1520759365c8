package com.aiprod.pipeline.video.script;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A text with the styles of its parts.
 *
 * @param text the text
 * @param spans the styled parts, in order
 */
public record StyledText(String text, List<Span> spans) {

    /** How a part differs from the text around it. */
    public enum Style {
        /** Emphasized: set in a heavier weight. */
        @JsonProperty("strong")
        STRONG,
        /** Computer text: set in a fixed-width face. */
        @JsonProperty("code")
        CODE
    }

    /**
     * A styled part of a text.
     *
     * @param from index of its first character
     * @param to index after its last character
     */
    public record Span(int from, int to, Style style) {}

    /** Returns a text without styles. */
    public static StyledText of(String text) {
        return new StyledText(text, List.of());
    }

    /** Returns the text with one style. */
    static StyledText of(String text, Style style) {
        return new StyledText(text, List.of(new Span(0, text.length(), style)));
    }

    /** Returns the part between two indexes. */
    public StyledText slice(int from, int to) {
        List<Span> inside = new ArrayList<>();
        for (Span span : spans) {
            int first = Math.max(span.from(), from) - from;
            int last = Math.min(span.to(), to) - from;
            if (first < last) {
                inside.add(new Span(first, last, span.style()));
            }
        }
        return new StyledText(text.substring(from, to), inside);
    }

    /** Returns the text without white space at its ends. */
    public StyledText strip() {
        String left = text.stripLeading();
        int from = text.length() - left.length();
        return slice(from, from + left.strip().length());
    }

    /** Returns this text followed by another. */
    public StyledText plus(StyledText next) {
        List<Span> all = new ArrayList<>(spans);
        for (Span span : next.spans) {
            all.add(new Span(span.from() + text.length(), span.to() + text.length(), span.style()));
        }
        return new StyledText(text + next.text, all);
    }

    /** Returns the text without what a pattern matches. */
    public StyledText without(Pattern pattern) {
        StyledText kept = of("");
        int start = 0;
        Matcher match = pattern.matcher(text);
        while (match.find()) {
            kept = kept.plus(slice(start, match.start()));
            start = match.end();
        }
        return start == 0 ? this : kept.plus(slice(start, text.length()));
    }

    /** Returns the lines of the text. */
    public List<StyledText> lines() {
        List<StyledText> lines = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; start = end + 1, end = text.indexOf('\n', start)) {
            lines.add(slice(start, end));
        }
        lines.add(slice(start, text.length()));
        return lines;
    }

    /** Whether a character has a style. */
    public boolean has(Style style, int index) {
        for (Span span : spans) {
            if (span.style() == style && span.from() <= index && index < span.to()) {
                return true;
            }
        }
        return false;
    }

    /** Returns this text followed by another. */
    public StyledText plus(String next) {
        return plus(of(next));
    }
}
