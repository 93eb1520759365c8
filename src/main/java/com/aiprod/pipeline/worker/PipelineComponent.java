package com.aiprod.pipeline.worker;

import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;

/**
 * The endpoint {@code pipeline:run}, by which attempt-job calls a pipeline: the revision that was chosen for the attempt
 * runs on the job in the body, within the attempt's slot and wall time, and can be stopped. No thread of the calling
 * route waits for it.
 */
final class PipelineComponent extends DefaultComponent {

    private final AttemptRunner runner;

    PipelineComponent(AttemptRunner runner) {
        this.runner = runner;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String operation, Map<String, Object> parameters) {
        if (!operation.equals("run")) {
            throw new IllegalArgumentException("Use pipeline:run: there is no operation '" + operation + "'");
        }
        return new PipelineEndpoint(uri, this);
    }

    private static final class PipelineEndpoint extends DefaultEndpoint {

        private final AttemptRunner runner;

        PipelineEndpoint(String uri, PipelineComponent component) {
            super(uri, component);
            this.runner = component.runner;
        }

        @Override
        public AsyncProducer createProducer() {
            return new DefaultAsyncProducer(this) {
                @Override
                public boolean process(Exchange exchange, AsyncCallback callback) {
                    return runner.run(exchange, callback);
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            throw new UnsupportedOperationException("A route cannot start from pipeline:run");
        }
    }
}
