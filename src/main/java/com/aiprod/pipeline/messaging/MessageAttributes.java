package com.aiprod.pipeline.messaging;

import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/** The attributes that a message carries and no others, whatever headers the exchange holds: see the contract, part 2. */
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
