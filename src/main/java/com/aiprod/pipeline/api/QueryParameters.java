package com.aiprod.pipeline.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/** Reads the query parameters of one request and gathers what is wrong with them, so that all is told at once. */
final class QueryParameters {

    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,9}");

    private final Exchange exchange;
    private final List<FieldFault> faults = new ArrayList<>();

    QueryParameters(Exchange exchange) {
        this.exchange = exchange;
    }

    /** A parameter's value; null if it is not given, or given more than once. */
    String text(String name) {
        List<String> values = RequestHeaders.values(exchange, name);
        if (values.size() > 1) {
            fault(name, "is given more than once");
            return null;
        }
        return values.isEmpty() ? null : values.get(0);
    }

    /** As {@link #text}, and a fault if it is none of those allowed. */
    String oneOf(String name, List<String> allowed) {
        String value = text(name);
        if (value != null && !allowed.contains(value)) {
            fault(name, "must be one of " + String.join(", ", allowed));
        }
        return value;
    }

    /** A whole number within the bounds, both inclusive. */
    int number(String name, int min, int max, int otherwise) {
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
        fault(
                name,
                max == Integer.MAX_VALUE
                        ? "must be a whole number from " + min
                        : "must be a whole number from " + min + " to " + max);
        return otherwise;
    }

    /** The place in a list that the parameter {@code cursor} stands for. */
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

    boolean has(String name) {
        return !RequestHeaders.values(exchange, name).isEmpty();
    }

    void fault(String name, String message) {
        faults.add(new FieldFault(name, message));
    }

    /** @throws InvalidRequestException if anything was wrong, with all of it */
    void refuseFaults() {
        if (!faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
    }
}
