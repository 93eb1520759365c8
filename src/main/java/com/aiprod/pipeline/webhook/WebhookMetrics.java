package com.aiprod.pipeline.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** Webhook metrics, set by routes. Every label has a fixed set of values, and every counter exists from the start. */
public final class WebhookMetrics {

    private final MeterRegistry registry;
    private final Counter givenUp;
    private volatile long receiversPaused;
    private volatile double dueAgeSeconds;

    WebhookMetrics(MeterRegistry registry, WebhookSlots slots) {
        this.registry = registry;
        List.of("delivered", "refused", "unanswered").forEach(this::tries);
        givenUp = Counter.builder("aiprod.webhook.given.up")
                .description("Webhooks that were given up without being delivered")
                .register(registry);
        Gauge.builder("aiprod.webhook.senders.free", slots, WebhookSlots::free)
                .description("Webhooks that this process could send now")
                .register(registry);
        Gauge.builder("aiprod.webhook.receivers.paused", () -> receiversPaused)
                .description("Failing receivers that are paused, counted per user")
                .register(registry);
        Gauge.builder("aiprod.webhook.oldest.due.age", () -> dueAgeSeconds)
                .description("How long the oldest webhook has been due, among users with no webhook in progress")
                .baseUnit("seconds")
                .register(registry);
    }

    /**
     * Counts an attempt from the variables of {@link WebhookSender#send}; the body is the status from
     * record-delivery.sql.
     */
    public void tried(Exchange exchange) {
        String outcome = exchange.getVariable("delivered", Boolean.class)
                ? "delivered"
                : exchange.getVariable("responseStatus") == null ? "unanswered" : "refused";
        tries(outcome).increment();
        if ("failed".equals(exchange.getMessage().getBody(String.class))) {
            givenUp();
        }
    }

    /** Counts a webhook that is given up. */
    public void givenUp() {
        givenUp.increment();
    }

    /** @param row the row of measure-deliveries.sql */
    public void measured(Map<String, Object> row) {
        receiversPaused = (Long) row.get("receivers_paused");
        dueAgeSeconds = (Double) row.get("due_age_seconds");
    }

    private Counter tries(String outcome) {
        return Counter.builder("aiprod.webhook.tries")
                .description("Attempts to deliver a webhook: 2xx, another response, no response")
                .tag("outcome", outcome)
                .register(registry);
    }
}
