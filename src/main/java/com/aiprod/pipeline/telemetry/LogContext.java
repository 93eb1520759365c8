package com.aiprod.pipeline.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.slf4j.MDC;

/**
 * The log fields {@code job_id}, {@code attempt}, {@code user_id}, {@code pipeline}, {@code revision},
 * {@code request_id}, and {@code trace_id}. Lines logged in this context carry those that are known.
 */
public final class LogContext {

    private final Map<String, String> fields;

    private LogContext(Map<String, String> fields) {
        this.fields = fields;
    }

    /** The fields of an exchange's job, from its variables or else from the query row in its body. */
    public static LogContext of(Exchange exchange) {
        Map<?, ?> row = exchange.getMessage().getBody() instanceof Map<?, ?> map ? map : Map.of();
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "job_id", exchange.getVariable("jobId"), row);
        put(fields, "attempt", exchange.getVariable("attempt"), row);
        put(fields, "user_id", exchange.getVariable("userId"), row);
        put(fields, "pipeline", exchange.getVariable("pipeline"), row);
        put(fields, "revision", exchange.getVariable("revision"), row);
        put(fields, "request_id", exchange.getVariable("requestId"), row);
        put(fields, "trace_id", TraceParent.traceId(TraceParent.of(exchange)), Map.of());
        return new LogContext(fields);
    }

    private static void put(Map<String, String> fields, String name, Object variable, Map<?, ?> row) {
        Object value = variable != null ? variable : row.get(name);
        if (value != null) {
            fields.put(name, value.toString());
        }
    }

    /** Runs the logging code in this context, on this thread. */
    public void run(Runnable logging) {
        Map<String, String> before = enter();
        try {
            logging.run();
        } finally {
            MDC.setContextMap(before);
        }
    }

    /** Enters the context, for callers that cannot use {@link #run}. Returns the MDC to restore on exit. */
    Map<String, String> enter() {
        Map<String, String> before = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
        fields.forEach(MDC::put);
        return before;
    }
}
