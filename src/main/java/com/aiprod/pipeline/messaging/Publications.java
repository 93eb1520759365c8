package com.aiprod.pipeline.messaging;

import java.util.StringJoiner;
import org.apache.camel.Exchange;

/**
 * What became of a batch of messages that are published in parallel. The route does not wait for the slowest of them: of
 * those that are done after the batch has ended, each is told so and looks after itself.
 */
public final class Publications {

    private static final String BATCH = "batch";

    Publications() {}

    /** Begins a batch; the exchanges that the route splits off belong to it. */
    public void begin(Exchange exchange) {
        exchange.setVariable(BATCH, new Batch());
    }

    /**
     * Pub/Sub has the message of this exchange, whose variable {@code outboxId} names its outbox row, if it has one.
     *
     * @return whether it is late: its batch has ended without it
     */
    public boolean published(Exchange exchange) {
        return batch(exchange).published(exchange.getVariable("outboxId"));
    }

    /**
     * The message of this exchange could not go out.
     *
     * @return whether it is late: its batch has ended without it
     */
    public boolean failed(Exchange exchange) {
        return batch(exchange).failed(exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class));
    }

    /**
     * Ends the batch. Sets the variables {@code publishedIds}, the outbox ids that Pub/Sub confirmed, as the text of a
     * PostgreSQL array, {@code unpublished}, how many failed, and {@code publishError}, what the last of these said.
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
