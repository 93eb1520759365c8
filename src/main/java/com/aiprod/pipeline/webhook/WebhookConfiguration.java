package com.aiprod.pipeline.webhook;

import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** What the routes of deliver-webhooks.camel.yaml and submit-job.camel.yaml need. */
@Configuration(proxyBeanMethods = false)
class WebhookConfiguration {

    @Bean
    WebhookTargets webhookTargets(@Value("${aiprod.webhook.allow-local-targets}") boolean allowLocal) {
        return new WebhookTargets(allowLocal);
    }

    @Bean
    @Lazy
    WebhookSender webhookSender(
            WebhookTargets targets,
            @Value("${aiprod.webhook.timeout}") Duration timeout,
            @Value("${aiprod.webhook.concurrency}") int concurrency) {
        return new WebhookSender(targets, timeout, concurrency);
    }
}
