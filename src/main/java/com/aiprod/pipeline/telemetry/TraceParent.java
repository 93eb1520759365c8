package com.aiprod.pipeline.telemetry;

import io.micrometer.tracing.TraceContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * The header, message attribute and column {@code traceparent}, as in version 00 of
 * https://www.w3.org/TR/trace-context/#traceparent-header: {@code 00-<trace id>-<span id>-<flags>}.
 */
public final class TraceParent {

    public static final String NAME = "traceparent";

    private static final Pattern SAMPLED =
            Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f][13579bdf]");

    private TraceParent() {}

    /** The text for a span, or null for one that is not sampled: what follows it is not traced either. */
    public static String of(TraceContext span) {
        return Boolean.TRUE.equals(span.sampled()) ? "00-%s-%s-01".formatted(span.traceId(), span.spanId()) : null;
    }

    /** The trace that an exchange carries: in its variable, or else as an attribute of its message; null without one. */
    static String of(Exchange exchange) {
        String variable = exchange.getVariable(NAME, String.class);
        return variable != null ? variable : exchange.getMessage().getHeader(NAME, String.class);
    }

    /** The trace's id, or null where this is not the text for a sampled span, as null and what others may write are not. */
    static String traceId(String text) {
        Matcher sampled = SAMPLED.matcher(text == null ? "" : text);
        return sampled.matches() ? sampled.group(1) : null;
    }
}
