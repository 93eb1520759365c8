package com.aiprod.pipeline.telemetry;

import java.time.Duration;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;

/** Times each route that a pipeline calls, in built-in and custom pipelines. */
public final class StageTimer implements RoutePolicyFactory {

    /** The exchange property that marks a pipeline's exchange; holds the preset of its job. */
    public static final String PRESET = "stageTimer.preset";

    private final JobMetrics metrics;

    StageTimer(JobMetrics metrics) {
        this.metrics = metrics;
    }

    /** Returns a policy for this route alone: Camel stops the policies of a route with it, and never starts them again. */
    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        // The context of a pipeline has the name of its entry route, which is not a stage.
        return routeId.equals(camel.getName()) ? null : new Timing(metrics);
    }

    private static final class Timing extends RoutePolicySupport {

        private final JobMetrics metrics;

        Timing(JobMetrics metrics) {
            this.metrics = metrics;
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            if (exchange.getProperty(PRESET) != null) {
                exchange.setProperty(startOf(route), System.nanoTime());
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            if (exchange.getProperty(PRESET) != null && exchange.removeProperty(startOf(route)) instanceof Long start) {
                metrics.staged(
                        route.getCamelContext().getName(),
                        exchange.getProperty(PRESET, String.class),
                        route.getRouteId(),
                        Duration.ofNanos(System.nanoTime() - start));
            }
        }

        private static String startOf(Route route) {
            return "stageTimer." + route.getRouteId();
        }
    }
}
