package com.aiprod.pipeline.api.http;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.springframework.stereotype.Component;

/**
 * Decides which message headers of a route become response headers: those that the API contract names. Camel's own
 * strategy returns leftover request headers, because a message keeps its headers throughout a route, and never lets a
 * route set Cache-Control. Configure it as
 * {@code camel.component.platform-http.header-filter-strategy: "#responseHeaders"}.
 */
@Component("responseHeaders")
public class ResponseHeaders implements HeaderFilterStrategy {

    /** What is left of a user's limits, and the limits (draft-ietf-httpapi-ratelimit-headers). */
    public static final String RATE_LIMIT = "RateLimit";

    public static final String RATE_LIMIT_POLICY = "RateLimit-Policy";

    /** The headers that a route can give its answer; their case does not matter. */
    public static final Set<String> ALLOWED = ignoringCase(
            "Location",
            "Retry-After",
            "ETag",
            "Cache-Control",
            "Link",
            "Allow",
            "Idempotent-Replayed",
            "Preference-Applied",
            RATE_LIMIT,
            RATE_LIMIT_POLICY);

    private static Set<String> ignoringCase(String... names) {
        Set<String> set = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        Collections.addAll(set, names);
        return Collections.unmodifiableSet(set);
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return !ALLOWED.contains(name);
    }

    /** Accepts what the request filter let through, except for names that Camel itself acts on. */
    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return name.regionMatches(true, 0, "Camel", 0, 5);
    }
}
