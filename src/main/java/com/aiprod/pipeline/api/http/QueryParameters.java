package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;

/** Reads the query parameters of one request and collects all errors, so that one response reports them all. */
public final class QueryParameters {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,9}");

    private static final int MAX_NAMES_REPORTED = 20;

    private final Exchange exchange;
    private final List<FieldFault> faults = new ArrayList<>();

    /** Reads the parameters of the exchange's request, and collects their errors. */
    public QueryParameters(Exchange exchange) {
        this.exchange = exchange;
    }

    /** A parameter's value; null if it is absent, or given more than once, which is an error. */
    public String text(String name) {
        List<String> values = RequestHeaders.values(exchange, name);
        if (values.size() > 1) {
            fault(name, "is given more than once");
            return null;
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** As {@link #text}; any value that is not in the list is an error. */
    public String oneOf(String name, List<String> allowed) {
        String value = text(name);
        if (value != null && !allowed.contains(value)) {
            fault(name, "must be one of " + String.join(", ", allowed));
        }
        return value;
    }

    /** A whole number within inclusive bounds, of at most nine digits; {@code otherwise} if absent or invalid. */
    public int number(String name, int min, int max, int otherwise) {
        return number(name, min, max, otherwise, "");
    }

    /** As {@link #number(String, int, int, int)}; the hint is appended to the error message. */
    public int number(String name, int min, int max, int otherwise, String hint) {
        String value = text(name);
        if (value == null) {
            return otherwise;
        }
        if (WHOLE_NUMBER.matcher(value).matches()) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        fault(name, "must be a whole number from " + min + " to " + max + hint);
        return otherwise;
    }

    /** The position in a list that the parameter {@code cursor} encodes; empty if absent or invalid. */
    Optional<Cursor> cursor() {
        String text = text("cursor");
        if (text == null) {
            return Optional.empty();
        }
        Optional<Cursor> cursor = Cursor.decode(text);
        if (cursor.isEmpty()) {
            fault("cursor", "is not a next_cursor of this list");
        }
        return cursor;
    }

    /** Reports every other parameter as an error: a misspelled filter must not return everything. */
    public void refuseAllBut(String... names) {
        HttpServletRequest request = exchange.getMessage().getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        if (request == null) {
            return;
        }
        Stream<String> others = Stream.empty();
        if (request.getAttribute(FilteredRequest.OTHER_PARAMETERS) instanceof List<?> unknown) {
            others = unknown.stream().map(String::valueOf);
        }
        Stream.concat(request.getParameterMap().keySet().stream(), others)
                .filter(name -> !List.of(names).contains(name))
                .limit(MAX_NAMES_REPORTED)
                .forEach(name -> fault(Json.quoted(name), "is not a parameter of this request"));
    }

    /** Whether the request has the parameter, with or without a value. */
    public boolean has(String name) {
        return !RequestHeaders.values(exchange, name).isEmpty();
    }

    /** Adds an error, which {@link #refuseFaults} throws. */
    public void fault(String name, String message) {
        faults.add(new FieldFault(name, message));
    }

    /** @throws InvalidRequestException with all errors, if there are any */
    public void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
    }
}
