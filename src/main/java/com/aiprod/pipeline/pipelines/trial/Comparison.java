package com.aiprod.pipeline.pipelines.trial;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;

/** Compares what a test expects with what there is. */
final class Comparison {

    private static final int MAX_SHOWN = 200;

    private Comparison() {}

    /** Whether a text between slashes is a pattern. */
    static boolean isPattern(String text) {
        return text != null && text.length() > 2 && text.startsWith("/") && text.endsWith("/");
    }

    /** The pattern between the slashes. */
    static String inside(String text) {
        return text.substring(1, text.length() - 1);
    }

    /** Whether a text contains another, or a part of it fits the pattern between slashes. */
    static boolean contains(String text, String expected) {
        return isPattern(expected)
                ? Pattern.compile(inside(expected)).matcher(text).find()
                : text.contains(expected);
    }

    /**
     * Finds the first difference. A Map may have more keys than expected; a List has as many items. A text between
     * slashes is a pattern. {@code null} means that there is nothing.
     *
     * @param place the name of the value, for the message
     * @return expected value and actual value, in a sentence without a period; empty if they fit
     */
    static Optional<String> difference(String place, Object expected, Object actual) {
        if (expected instanceof Map<?, ?> wanted && actual instanceof Map<?, ?> found) {
            for (Map.Entry<?, ?> entry : wanted.entrySet()) {
                Optional<String> difference =
                        difference(place + "." + entry.getKey(), entry.getValue(), found.get(entry.getKey()));
                if (difference.isPresent()) {
                    return difference;
                }
            }
            return Optional.empty();
        }
        if (expected instanceof List<?> wanted && actual instanceof List<?> found) {
            if (wanted.size() != found.size()) {
                return Optional.of(
                        "expected %s items in %s, but there are %s".formatted(wanted.size(), place, found.size()));
            }
            for (int i = 0; i < wanted.size(); i++) {
                Optional<String> difference = difference(place + "[" + i + "]", wanted.get(i), found.get(i));
                if (difference.isPresent()) {
                    return difference;
                }
            }
            return Optional.empty();
        }
        return fits(expected, actual)
                ? Optional.empty()
                : Optional.of("expected %s to be %s, but it is %s".formatted(place, shown(expected), shown(actual)));
    }

    private static boolean fits(Object expected, Object actual) {
        if (expected instanceof Number && actual instanceof Number) {
            return new BigDecimal(expected.toString()).compareTo(new BigDecimal(actual.toString())) == 0;
        }
        if (expected instanceof String pattern && isPattern(pattern)) {
            return actual != null
                    && Pattern.compile(inside(pattern))
                            .matcher(actual.toString())
                            .find();
        }
        return Objects.equals(expected, actual);
    }

    static String shown(Object value) {
        if (value == null) {
            return "absent";
        }
        String text = value instanceof String ? "'" + value + "'" : value.toString();
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
    }
}
