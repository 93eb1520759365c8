package com.aiprod.pipeline.webhook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;

/** What routes tell of webhooks. Every label has a fixed set of values, and each counter is there from the start. */
public final class WebhookMetrics {

    private final MeterRegistry registry;
    private final Counter givenUp;
    private volatile long receiversPaused;
    private volatile double dueAgeSeconds;

    WebhookMetrics(MeterRegistry registry, WebhookSlots slots) {
        this.registry = registry;
        List.of("delivered", "refused", "unanswered").forEach(this::tries);
        givenUp = Counter.builder("aiprod.webhook.given.up")
                .description("Webhooks that are tried no more, though no receiver took them")
                .register(registry);
        Gauge.builder("aiprod.webhook.senders.free", slots, WebhookSlots::free)
                .description("Webhooks that this process could send now")
                .register(registry);
        Gauge.builder("aiprod.webhook.receivers.paused", () -> receiversPaused)
                .description("Receivers that do not work and are not called for a while, each user's counted by itself")
                .register(registry);
        Gauge.builder("aiprod.webhook.oldest.due.age", () -> dueAgeSeconds)
                .description("How long the first webhook has been due, of the users of whom none is under way")
                .baseUnit("seconds")
                .register(registry);
    }

    /** Counts a try by the variables of {@link WebhookSender#send}; the body is the status that record-delivery.sql gave. */
    public void tried(Exchange exchange) {
        String outcome = exchange.getVariable("delivered", Boolean.class)
                ? "delivered"
                : exchange.getVariable("responseStatus") == null ? "unanswered" : "refused";
        tries(outcome).increment();
        if ("failed".equals(exchange.getMessage().getBody(String.class))) {
            givenUp();
        }
    }

    /** A webhook is tried no more. */
    public void givenUp() {
        givenUp.increment();
    }

    /** @param row of measure-deliveries.sql */
    public void measured(Map<String, Object> row) {
        receiversPaused = (Long) row.get("receivers_paused");
        dueAgeSeconds = (Double) row.get("due_age_seconds");
    }

    private Counter tries(String outcome) {
        return Counter.builder("aiprod.webhook.tries")
                .description("Tries to deliver a webhook: 2xx, another answer, none")
                .tag("outcome", outcome)
                .register(registry);
    }
}
