package com.aiprod.pipeline.messaging;

import com.aiprod.pipeline.operations.RunningJobs;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.component.google.pubsub.GooglePubsubConstants;
import org.apache.camel.component.google.pubsub.consumer.AcknowledgeCompletion;
import org.apache.camel.component.google.pubsub.consumer.GooglePubsubAcknowledge;

/**
 * The message of a job that is worked on by other threads than the one which received it. While it is held it counts as
 * leased, so Pub/Sub sends no other in its place. To a message that was acked or nacked the client does nothing more.
 */
public final class HeldMessage implements Processor {

    /** The exchange property that holds the message as it came, for a dead letter. */
    static final String ORIGINAL = "originalMessage";

    private static final String ACKNOWLEDGE = "acknowledge";

    private final RunningJobs runningJobs;

    HeldMessage(RunningJobs runningJobs) {
        this.runningJobs = runningJobs;
    }

    /** Acks the message when the exchange, or the one that it is handed on to, has ended well, and nacks it otherwise. */
    public void hold(Exchange exchange) {
        GooglePubsubAcknowledge acknowledge = (GooglePubsubAcknowledge)
                exchange.getMessage().removeHeader(GooglePubsubConstants.GOOGLE_PUBSUB_ACKNOWLEDGE);
        exchange.setProperty(ORIGINAL, exchange.getMessage().copy());
        exchange.setProperty(ACKNOWLEDGE, acknowledge);
        exchange.getExchangeExtension().addOnCompletion(new AcknowledgeCompletion(acknowledge));
    }

    /** Gives the message back: it goes to whoever asks next. */
    public void handBack(Exchange exchange) {
        exchange.getProperty(ACKNOWLEDGE, GooglePubsubAcknowledge.class).nack(exchange);
    }

    /**
     * Called when a try failed and the next one is to come: acks the message, so that another one may come in the
     * meantime. From the claim on, the job does not need it: its lease is what brings it to another worker.
     */
    @Override
    public void process(Exchange exchange) {
        if (runningJobs.mayMakeRoom()) {
            exchange.getProperty(ACKNOWLEDGE, GooglePubsubAcknowledge.class).ack(exchange);
        }
    }
}
