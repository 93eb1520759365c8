package com.aiprod.pipeline.messaging;

import java.util.concurrent.Executor;
import org.apache.camel.Producer;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;

/** An endpoint whose producer needs no thread while Pub/Sub has not answered. */
final class PipelinePubSubEndpoint extends GooglePubsubEndpoint {

    private final Executor afterFailure;

    /** @param afterFailure continues exchanges whose message could not be published */
    PipelinePubSubEndpoint(String uri, PipelinePubSubComponent component, Executor afterFailure) {
        super(uri, component);
        this.afterFailure = afterFailure;
    }

    @Override
    public PipelinePubSubComponent getComponent() {
        return (PipelinePubSubComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new PubSubPublisher(this, afterFailure);
    }
}
