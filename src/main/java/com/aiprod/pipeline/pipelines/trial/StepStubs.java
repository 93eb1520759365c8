package com.aiprod.pipeline.pipelines.trial;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Lets stubs take the place of steps, for one exchange at a time; other exchanges do not notice. */
final class StepStubs implements InterceptStrategy {

    private static final String PROPERTY = "pipelineStepStubs";

    private final Set<String> steps = ConcurrentHashMap.newKeySet();

    /**
     * Stubs steps of an exchange, and of the routes that it calls.
     *
     * @param stubs by the ID of the step
     */
    static void follow(Exchange exchange, Map<?, ?> stubs) {
        exchange.setProperty(PROPERTY, stubs);
    }

    /** The stubs of an exchange; null without any. */
    static Map<?, ?> of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, Map.class);
    }

    /** The IDs of the steps that can be stubbed, once the routes are built. */
    Set<String> steps() {
        return new TreeSet<>(steps);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext camel, NamedNode step, Processor target, Processor nextTarget) {
        String id = step.getId();
        steps.add(id);
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                Map<?, ?> stubs = of(exchange);
                if (stubs == null || !(stubs.get(id) instanceof Stub stub)) {
                    return super.process(exchange, callback);
                }
                stub.apply(exchange);
                callback.done(true);
                return true;
            }
        };
    }
}
