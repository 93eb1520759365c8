package com.aiprod.pipeline.startup;

import java.util.Set;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Leaves tracing out of an application that has nowhere to send traces to. Spring Boot (3.5) would make a span of every
 * request all the same, and drop it at its end.
 */
final class TracingSwitch implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String BOOT = "org.springframework.boot.actuate.autoconfigure.";
    private static final Set<String> TRACING = Set.of(
            BOOT + "opentelemetry.OpenTelemetryAutoConfiguration",
            BOOT + "tracing.OpenTelemetryTracingAutoConfiguration",
            BOOT + "tracing.MicrometerTracingAutoConfiguration",
            BOOT + "tracing.NoopTracerAutoConfiguration",
            BOOT + "tracing.otlp.OtlpTracingAutoConfiguration");

    /** The exporter brings it along; the log goes to the console. */
    private static final String LOGGING = BOOT + "logging.OpenTelemetryLoggingAutoConfiguration";

    private Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(String[] autoConfigurations, AutoConfigurationMetadata metadata) {
        boolean traced = StringUtils.hasText(environment.getProperty("management.otlp.tracing.endpoint"));
        boolean[] wanted = new boolean[autoConfigurations.length];
        for (int i = 0; i < wanted.length; i++) {
            wanted[i] = !LOGGING.equals(autoConfigurations[i])
                    && (traced || autoConfigurations[i] == null || !TRACING.contains(autoConfigurations[i]));
        }
        return wanted;
    }
}
