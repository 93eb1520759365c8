package com.aiprod.pipeline.pipelines;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.model.FinallyDefinition;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Watches every step of a pipeline for its {@link StepTrace}, and ends an exchange whose attempt was stopped before its
 * next step, so that a loop without end has one. The steps of a {@code doFinally}, and what they call, still run.
 */
final class StepWatch implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext camel, NamedNode step, Processor target, Processor nextTarget) {
        boolean cleansUp = isInFinally(step);
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                StepTrace trace = StepTrace.of(exchange);
                if (trace == null) {
                    return super.process(exchange, callback);
                }
                if (!cleansUp && !trace.cleansUp() && Thread.currentThread().isInterrupted()) {
                    exchange.setException(new InterruptedException("Stopped before the step " + step.getId()));
                    callback.done(true);
                    return true;
                }
                StepTrace.Running running = trace.begin(step, cleansUp);
                long start = System.nanoTime();
                return super.process(exchange, doneSync -> {
                    trace.done(running, step, cleansUp, exchange, System.nanoTime() - start);
                    callback.done(doneSync);
                });
            }
        };
    }

    private static boolean isInFinally(NamedNode step) {
        for (NamedNode node = step; node != null; node = node.getParent()) {
            if (node instanceof FinallyDefinition) {
                return true;
            }
        }
        return false;
    }
}
