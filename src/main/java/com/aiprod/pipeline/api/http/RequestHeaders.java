package com.aiprod.pipeline.api.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.apache.camel.Exchange;

/** Reads a request's headers and parameters as the client sent them. */
public final class RequestHeaders {

    private RequestHeaders() {}

    /**
     * The lines of a header, from the request if there is one, because Camel turns the single value {@code [a,b]} into
     * a list. In a route that does not serve a request, they are from the message.
     */
    public static List<String> lines(Exchange exchange, String name) {
        HttpServletRequest request = exchange.getMessage().getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        return request == null ? values(exchange, name) : Collections.list(request.getHeaders(name));
    }

    /** The values of a query parameter, which Camel turns into a message header. */
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
