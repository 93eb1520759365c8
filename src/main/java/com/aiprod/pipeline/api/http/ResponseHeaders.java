package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.submit.SubmissionLimits;
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

    public static final Set<String> ALLOWED = ignoringCase(
            "Location",
            "Retry-After",
            "ETag",
            "Cache-Control",
            "Link",
            "Allow",
            "Idempotent-Replayed",
            "Preference-Applied",
            SubmissionLimits.RATE_LIMIT,
            SubmissionLimits.RATE_LIMIT_POLICY);

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
