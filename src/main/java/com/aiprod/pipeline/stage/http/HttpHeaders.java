package com.aiprod.pipeline.stage.http;

import java.util.Locale;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpHeaderFilterStrategy;

/**
 * Which headers pass between a message and a call. A response leaves only headers that a route can use. None of them
 * leaves with the next call, and nor does what the job itself brings, so only what the route sets is sent.
 */
final class HttpHeaders extends HttpHeaderFilterStrategy {

    private static final Set<String> OF_THE_JOB = Set.of("jobid", "attempt");
    private static final Set<String> OF_A_RESPONSE = Set.of(
            "content-disposition",
            "content-language",
            "content-length",
            "content-type",
            "etag",
            "last-modified",
            "link",
            "location",
            "retry-after");
    private static final Set<String> OF_A_RESPONSE_BY_PREFIX = Set.of("ratelimit", "x-ratelimit-");

    /** Whether to leave a header of the message out of the request. */
    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return OF_THE_JOB.contains(name.toLowerCase(Locale.ROOT))
                || isOfAResponse(name)
                || super.applyFilterToCamelHeaders(name, value, exchange);
    }

    /** Whether to leave a header of the response out of the message. */
    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return !isOfAResponse(name);
    }

    private static boolean isOfAResponse(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return OF_A_RESPONSE.contains(lower) || OF_A_RESPONSE_BY_PREFIX.stream().anyMatch(lower::startsWith);
    }
}
