package com.aiprod.pipeline.messaging;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/** Passes only the attributes that the contract defines (part 2), whatever headers the exchange has. */
final class MessageAttributes implements HeaderFilterStrategy {

    private static final Set<String> CARRIED = Set.of("job_id", "attempt", "traceparent", "schema");

    @Override
    public boolean applyFilterToCamelHeaders(String headerName, Object headerValue, Exchange exchange) {
        return headerValue == null || !CARRIED.contains(headerName);
    }

    @Override
    public boolean applyFilterToExternalHeaders(String headerName, Object headerValue, Exchange exchange) {
        return !CARRIED.contains(headerName);
    }
}
