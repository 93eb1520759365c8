package com.aiprod.pipeline.telemetry;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.slf4j.MDC;

/**
 * Whose lines the log gets: every line that is logged in here has the fields {@code job_id}, {@code attempt},
 * {@code user_id}, {@code request_id} and {@code trace_id}, those of them that are known.
 */
public final class LogContext {

    private final Map<String, String> fields;

    private LogContext(Map<String, String> fields) {
        this.fields = fields;
    }

    /** What is known of an exchange's job: from its variables, or else from the row of a query in its body. */
    public static LogContext of(Exchange exchange) {
        Map<?, ?> row = exchange.getMessage().getBody() instanceof Map<?, ?> map ? map : Map.of();
        Map<String, String> fields = new LinkedHashMap<>();
        put(fields, "job_id", exchange.getVariable("jobId"), row);
        put(fields, "attempt", exchange.getVariable("attempt"), row);
        put(fields, "user_id", exchange.getVariable("userId"), row);
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

    /** Runs what logs, on this thread. */
    public void run(Runnable logging) {
        Map<String, String> before = enter();
        try {
            logging.run();
        } finally {
            MDC.setContextMap(before);
        }
    }

    /** Begins, for those that cannot {@link #run}; answers what to set in the MDC at the end. */
    Map<String, String> enter() {
        Map<String, String> before = Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of());
        fields.forEach(MDC::put);
        return before;
    }
}
