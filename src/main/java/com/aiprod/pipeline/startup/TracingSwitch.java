package com.aiprod.pipeline.startup;

import java.util.Set;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Disables tracing if no endpoint for traces is set. Otherwise Spring Boot (3.5) would create a span for every request
 * and drop it at the end.
 */
final class TracingSwitch implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String BOOT = "org.springframework.boot.actuate.autoconfigure.";
    private static final Set<String> TRACING = Set.of(
            BOOT + "opentelemetry.OpenTelemetryAutoConfiguration",
            BOOT + "tracing.OpenTelemetryTracingAutoConfiguration",
            BOOT + "tracing.MicrometerTracingAutoConfiguration",
            BOOT + "tracing.NoopTracerAutoConfiguration",
            BOOT + "tracing.otlp.OtlpTracingAutoConfiguration");

    /** A dependency of the exporter enables it, but the log goes to the console. */
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
