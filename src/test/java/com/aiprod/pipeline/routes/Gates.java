package com.aiprod.pipeline.routes;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.springframework.boot.test.context.TestComponent;

/** Stands before every step of every route; a test shuts the one it wants to fail, by the step's id. */
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

    /** What happens to each exchange before that step; an exception is as if the step had thrown it. */
    void shut(String stepId, Processor gate) {
        gates.put(stepId, gate);
    }

    void open(String stepId) {
        gates.remove(stepId);
    }
}
