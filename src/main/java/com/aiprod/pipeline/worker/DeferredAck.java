package com.aiprod.pipeline.worker;

import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.google.pubsub.GooglePubsubConstants;
import org.apache.camel.component.google.pubsub.consumer.AcknowledgeCompletion;
import org.apache.camel.component.google.pubsub.consumer.GooglePubsubAcknowledge;

/**
 * Defers the ack of a job's message to the end of its exchange, which ends on another thread than it began on. Until
 * then the message counts as leased, and Pub/Sub sends no other in its place. The client ignores a second ack or nack.
 */
public final class DeferredAck implements Processor {

    private static final String ACKNOWLEDGE = "acknowledge";

    private final RunningAttempts attempts;

    DeferredAck(RunningAttempts attempts) {
        this.attempts = attempts;
    }

    /** Acks the message when the exchange, or the one it is handed on to, has ended well; nacks it otherwise. */
    public void defer(Exchange exchange) {
        GooglePubsubAcknowledge acknowledge = (GooglePubsubAcknowledge)
                exchange.getMessage().removeHeader(GooglePubsubConstants.GOOGLE_PUBSUB_ACKNOWLEDGE);
        exchange.setProperty(ACKNOWLEDGE, acknowledge);
        exchange.getExchangeExtension().addOnCompletion(new AcknowledgeCompletion(acknowledge));
    }

    /** Nacks the message at once, so that another worker gets it. */
    public void nack(Exchange exchange) {
        exchange.getProperty(ACKNOWLEDGE, GooglePubsubAcknowledge.class).nack(exchange);
    }

    /** Acks the message at once: from its claim on, the job does not need it, because its lease brings it back. */
    public void ack(Exchange exchange) {
        exchange.getProperty(ACKNOWLEDGE, GooglePubsubAcknowledge.class).ack(exchange);
    }

    /**
     * Acks the message before a retry, so that another message can come while this job waits. From its claim on, the job
     * does not need its message: its lease brings it to another worker.
     */
    @Override
    public void process(Exchange exchange) {
        if (attempts.mayFreeSlot()) {
            exchange.getProperty(ACKNOWLEDGE, GooglePubsubAcknowledge.class).ack(exchange);
        }
    }
}
