package com.aiprod.pipeline.messaging;

import java.util.StringJoiner;
import org.apache.camel.Exchange;

/**
 * Tracks a batch of messages that are published in parallel. The route does not wait for the slowest publish: an
 * exchange that is done after the batch has ended learns this and completes its work alone.
 */
public final class Publications {

    private static final String BATCH = "batch";

    Publications() {}

    /** Begins a batch. Exchanges that the route splits off belong to it. */
    public void begin(Exchange exchange) {
        exchange.setVariable(BATCH, new Batch());
    }

    /**
     * Records that Pub/Sub accepted the message of this exchange. The variable {@code outboxId} names its outbox row,
     * if any.
     *
     * @return whether it is late: its batch has already ended
     */
    public boolean published(Exchange exchange) {
        return batch(exchange).published(exchange.getVariable("outboxId"));
    }

    /**
     * Records that the message of this exchange could not be published.
     *
     * @return whether it is late: its batch has already ended
     */
    public boolean failed(Exchange exchange) {
        return batch(exchange).failed(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    /**
     * Ends the batch and sets the variables {@code publishedIds}, the confirmed outbox IDs as a PostgreSQL array
     * literal, {@code unpublished}, the number of failures, and {@code publishError}, the last error.
     */
    public void end(Exchange exchange) {
        batch(exchange).end(exchange);
    }

    private static Batch batch(Exchange exchange) {
        return exchange.getVariable(BATCH, Batch.class);
    }

    private static final class Batch {
        private final StringJoiner ids = new StringJoiner(",", "{", "}");
        private int failed;
        private String error;
        private boolean ended;

        private synchronized boolean published(Object outboxId) {
            if (!ended && outboxId != null) {
                ids.add(outboxId.toString());
            }
            return ended;
        }

        private synchronized boolean failed(Throwable failure) {
            failed++;
            error = String.valueOf(failure);
            return ended;
        }

        private synchronized void end(Exchange exchange) {
            ended = true;
            exchange.setVariable("publishedIds", ids.toString());
            exchange.setVariable("unpublished", failed);
            exchange.setVariable("publishError", error);
        }
    }
}
