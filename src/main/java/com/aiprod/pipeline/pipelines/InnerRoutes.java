package com.aiprod.pipeline.pipelines;

import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.ModelLifecycleStrategySupport;
import org.apache.camel.model.OnExceptionDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.model.errorhandler.RefErrorHandlerDefinition;

/**
 * Leaves the failure of an inner route to the route that calls it. Camel's default error handler would end the failure
 * in the inner route, and the retries of the calling route would never begin. Concerns routes that start from
 * {@code direct:} and say nothing about errors.
 */
public final class InnerRoutes extends ModelLifecycleStrategySupport {

    @Override
    public void onAddRouteDefinition(RouteDefinition route) {
        FromDefinition from = route.getInput();
        if (from != null
                && from.getEndpointUri().startsWith("direct:")
                && route.getRouteConfigurationId() == null
                && hasCamelsDefault(route)
                && route.getOutputs().stream().noneMatch(OnExceptionDefinition.class::isInstance)) {
            route.setErrorHandlerFactory(new NoErrorHandlerDefinition());
        }
    }

    /** By now Camel has given its default to each route that, like its file, names no error handler. */
    private static boolean hasCamelsDefault(RouteDefinition route) {
        return route.getErrorHandler() == null
                && route.getErrorHandlerRef() == null
                && route.getErrorHandlerFactory() instanceof RefErrorHandlerDefinition handler
                && RefErrorHandlerDefinition.DEFAULT_ERROR_HANDLER_BUILDER.equals(handler.getRef());
    }
}
