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

    private static final int MAX_SHOWN = 64;

    private final String code;

    /**
     * @param uri the endpoint's URI, for error messages
     * @param code the error code of a wrong name, option, or body
     */
    protected StageEndpoint(String uri, Component component, String code) {
        super(uri, component);
        this.code = code;
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

    /** What to throw because of a wrong name, option, or body. */
    protected final PermanentStageException invalid(String message) {
        return new PermanentStageException(code, message);
    }

    /** The beginning of a text of any length, for a message. */
    protected static String shown(String text) {
        return text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "…";
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
