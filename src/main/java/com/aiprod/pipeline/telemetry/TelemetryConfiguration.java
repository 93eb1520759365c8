package com.aiprod.pipeline.telemetry;

import com.aiprod.pipeline.job.Presets;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.micrometer.tracing.propagation.Propagator;
import java.time.Clock;
import org.apache.camel.spi.LogListener;
import org.apache.camel.spi.RoutePolicyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** Metrics, traces, and log fields of the routes. */
@Configuration(proxyBeanMethods = false)
class TelemetryConfiguration {

    @Bean
    JobMetrics jobMetrics(MeterRegistry registry, Presets presets) {
        return new JobMetrics(registry, presets);
    }

    /** Lazy, because only a process that runs measure-backlog exports these gauges. */
    @Bean
    @Lazy
    BacklogGauges backlogGauges(MeterRegistry registry, ObjectMapper json) {
        return new BacklogGauges(registry, json);
    }

    @Bean
    RoutePolicyFactory stageTimer(JobMetrics metrics) {
        return new StageTimer(metrics);
    }

    @Bean
    RoutePolicyFactory jobTrace(ObjectProvider<Propagator> propagators) {
        return new JobTrace(propagators);
    }

    /** Adds the IDs of the current span to the log under the names that the routes' own lines use. */
    @Bean
    Slf4JEventListener traceLogFields() {
        return new Slf4JEventListener("trace_id", "span_id");
    }

    @Bean
    LogListener logFields() {
        return new LogFields();
    }

    @Bean
    RetryLog retryLog(JobMetrics metrics) {
        return new RetryLog(metrics);
    }

    @Bean
    FailureLogLimit failureLogLimit() {
        return new FailureLogLimit(Clock.systemUTC());
    }
}
