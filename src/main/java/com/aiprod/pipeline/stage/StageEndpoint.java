package com.aiprod.pipeline.stage;

import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** An endpoint that a stage sends to. It knows the attempt from the exchange variables that the worker sets. */
public abstract class StageEndpoint extends DefaultEndpoint {

    /** @param uri the endpoint's URI, for error messages */
    protected StageEndpoint(String uri, Component component) {
        super(uri, component);
    }

    /** Does what the endpoint is for. */
    protected abstract void receive(Exchange exchange) throws Exception;

    @Override
    public final Producer createProducer() {
        return new DefaultProducer(this) {
            @Override
            public void process(Exchange exchange) throws Exception {
                receive(exchange);
            }
        };
    }

    @Override
    public final Consumer createConsumer(Processor processor) {
        throw new UnsupportedOperationException("A route cannot start from " + getEndpointUri());
    }

    /** The ID of the job that the exchange belongs to. */
    protected static String jobId(Exchange exchange) {
        return variable(exchange, "jobId", String.class);
    }

    /** The attempt that the exchange belongs to. */
    protected static int attempt(Exchange exchange) {
        return variable(exchange, "attempt", Integer.class);
    }

    private static <T> T variable(Exchange exchange, String name, Class<T> type) {
        T value = exchange.getVariable(name, type);
        if (value == null) {
            throw new IllegalStateException("The variable '%s' of the attempt is missing".formatted(name));
        }
        return value;
    }
}
