package com.aiprod.pipeline.startup;

import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.VetoCamelContextStartException;
import org.apache.camel.model.Model;
import org.apache.camel.support.LifecycleStrategySupport;

/** Refuses the start of a worker whose pipeline route does not exist, before it accepts a job. */
final class PipelineRouteCheck extends LifecycleStrategySupport {

    private final String pipelineRoute;

    PipelineRouteCheck(String pipelineRoute) {
        this.pipelineRoute = pipelineRoute;
    }

    /** At this point the routes are loaded but not started. */
    @Override
    public void onContextStarting(CamelContext camel) throws VetoCamelContextStartException {
        if (camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinition(pipelineRoute) == null) {
            InvalidSettingsException refusal = new InvalidSettingsException(
                    List.of("AIPROD_PIPELINE_ROUTE is '%s', but no route has that ID".formatted(pipelineRoute)));
            throw new VetoCamelContextStartException(refusal.getMessage(), refusal, camel, true);
        }
    }
}
