package com.aiprod.pipeline.telemetry;

import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.ExchangeHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs one line before each retry, with the job's ID; Camel's own line has only the exchange's. */
final class RetryLog implements Processor {

    private static final Logger LOG = LoggerFactory.getLogger(RetryLog.class);

    private final JobMetrics metrics;

    RetryLog(JobMetrics metrics) {
        this.metrics = metrics;
    }

    @Override
    public void process(Exchange exchange) {
        String route = Objects.requireNonNullElse(ExchangeHelper.getAtRouteId(exchange), "other");
        metrics.retried(route);
        LogContext.of(exchange)
                .run(() -> LOG.warn(
                        "Job {} attempt {}: starting retry {} of {} in {} because of {}",
                        exchange.getVariable("jobId"),
                        exchange.getVariable("attempt"),
                        exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER),
                        exchange.getVariable(
                                "redeliveries",
                                exchange.getMessage().getHeader(Exchange.REDELIVERY_MAX_COUNTER),
                                Object.class),
                        route,
                        // As text, because a throwable would add its stack trace.
                        exchange.getProperty(Exchange.EXCEPTION_CAUGHT, String.class)));
    }
}
