package com.aiprod.pipeline.telemetry;

import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelLogger;
import org.apache.camel.spi.LogListener;
import org.slf4j.MDC;

/** Adds the fields of {@link LogContext} to the lines that routes log. */
final class LogFields implements LogListener {

    /** Camel calls both methods on the thread that logs, with no other log line in between. */
    private static final ThreadLocal<Map<String, String>> BEFORE = new ThreadLocal<>();

    @Override
    public String onLog(Exchange exchange, CamelLogger logger, String message) {
        BEFORE.set(LogContext.of(exchange).enter());
        return message;
    }

    @Override
    public void afterLog(Exchange exchange, CamelLogger logger, String message) {
        MDC.setContextMap(BEFORE.get());
        BEFORE.remove();
    }
}
