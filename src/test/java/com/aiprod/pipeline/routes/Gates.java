package com.aiprod.pipeline.routes;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.springframework.boot.test.context.TestComponent;

/** Intercepts every step of every route. A test makes a step fail by its ID. */
@TestComponent
class Gates implements InterceptStrategy {

    private static final Processor OPEN = exchange -> {};

    private final Map<String, Processor> gates = new ConcurrentHashMap<>();

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext camel, NamedNode step, Processor target, Processor nextTarget) {
        if (!step.getId().startsWith("publish-")) {
            return target;
        }
        return exchange -> {
            gates.getOrDefault(step.getId(), OPEN).process(exchange);
            target.process(exchange);
        };
    }

    /** Runs the gate on each exchange before the step. An exception counts as thrown by the step. */
    void shut(String stepId, Processor gate) {
        gates.put(stepId, gate);
    }

    void open(String stepId) {
        gates.remove(stepId);
    }
}
