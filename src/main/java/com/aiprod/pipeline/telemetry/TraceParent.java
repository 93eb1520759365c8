package com.aiprod.pipeline.telemetry;

import io.micrometer.tracing.TraceContext;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * The header, message attribute, and column {@code traceparent}, in version 00 of
 * https://www.w3.org/TR/trace-context/#traceparent-header: {@code 00-<trace id>-<span id>-<flags>}.
 */
public final class TraceParent {

    /** The name of the header, the attribute, and the exchange variable. */
    public static final String NAME = "traceparent";

    private static final Pattern SAMPLED =
            Pattern.compile("00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f][13579bdf]");

    private TraceParent() {}

    /** The text for a span; null for a span that is not sampled, because its children are not traced either. */
    public static String of(TraceContext span) {
        return Boolean.TRUE.equals(span.sampled()) ? "00-%s-%s-01".formatted(span.traceId(), span.spanId()) : null;
    }

    /** The trace of an exchange, from its variable or else from the message attribute; null if there is none. */
    static String of(Exchange exchange) {
        String variable = exchange.getVariable(NAME, String.class);
        return variable != null ? variable : exchange.getMessage().getHeader(NAME, String.class);
    }

    /**
     * The trace ID; null if the text is null, malformed, or not of a sampled span. Other publishers may send any text.
     */
    static String traceId(String text) {
        Matcher sampled = SAMPLED.matcher(text == null ? "" : text);
        return sampled.matches() ? sampled.group(1) : null;
    }
}
