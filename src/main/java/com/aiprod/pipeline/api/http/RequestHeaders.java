package com.aiprod.pipeline.api.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.apache.camel.Exchange;

/** Reads a request's headers and parameters as they were sent. */
public final class RequestHeaders {

    private RequestHeaders() {}

    /**
     * The lines of a header. Taken from the request where there is one, since Camel makes a list of the single value
     * {@code [a,b]}; else, in a route that no request has entered, from the message.
     */
    public static List<String> lines(Exchange exchange, String name) {
        HttpServletRequest request = exchange.getMessage().getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        return request == null ? values(exchange, name) : Collections.list(request.getHeaders(name));
    }

    /** The values of a query parameter, of which Camel makes a message header. */
    static List<String> values(Exchange exchange, String name) {
        Object value = exchange.getMessage().getHeader(name);
        if (value == null) {
            return List.of();
        }
        return value instanceof Collection<?> several
                ? several.stream().map(String::valueOf).toList()
                : List.of(value.toString());
    }
}
