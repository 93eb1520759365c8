package com.aiprod.pipeline.webhook;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Set;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.util.unit.DataSize;

/** Beans for the routes of deliver-webhooks.camel.yaml and submit-job.camel.yaml. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {

    @Bean
    WebhookTargets webhookTargets(
            @Value("${aiprod.webhook.allow-local-targets}") boolean allowLocal,
            @Value("${aiprod.webhook.ports}") Set<Integer> ports) {
        return new WebhookTargets(allowLocal, ports);
    }

    @Bean
    @Lazy
    WebhookSender webhookSender(
            WebhookTargets targets,
            @Value("${aiprod.webhook.timeout}") Duration timeout,
            @Value("${aiprod.webhook.concurrency}") int concurrency) {
        return new WebhookSender(targets, timeout, concurrency);
    }

    @Bean
    @Lazy
    WebhookSlots webhookSlots(
            @Value("${aiprod.webhook.concurrency}") int concurrency,
            @Value("${aiprod.webhook.max-bytes}") DataSize maxBytes,
            @Value("${aiprod.webhook.timeout}") Duration timeout) {
        return new WebhookSlots(concurrency, maxBytes.toBytes(), timeout);
    }

    /** Lazy, so that only processes that send webhooks publish these metrics. */
    @Bean
    @Lazy
    WebhookMetrics webhookMetrics(MeterRegistry registry, WebhookSlots slots) {
        return new WebhookMetrics(registry, slots);
    }
}
