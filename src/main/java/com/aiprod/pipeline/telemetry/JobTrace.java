package com.aiprod.pipeline.telemetry;

import io.micrometer.tracing.Span;
import io.micrometer.tracing.propagation.Propagator;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.ToDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Carries a job's trace through the routes. The trace enters a route in the exchange variable {@code traceparent} or in
 * the message attribute of that name. The route then becomes a span of the trace, and the same variable or attribute
 * holds this span until the route is done, so what the route calls or publishes becomes its child. Without a trace
 * nothing happens, so a job whose request was not sampled costs nothing.
 */
final class JobTrace implements RoutePolicyFactory {

    private static final String TOPIC = "google-pubsub:";

    /** Called by the routes that publish: with a span of its own it would be the parent of what consumes the message. */
    private static final String WITHOUT_SPAN = "set-attributes";

    private final ObjectProvider<Propagator> propagators;

    /** @param propagators empty if tracing is off */
    JobTrace(ObjectProvider<Propagator> propagators) {
        this.propagators = propagators;
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        Propagator propagator = propagators.getIfAvailable();
        return propagator == null || routeId.equals(WITHOUT_SPAN)
                ? null
                : new Spans(propagator, publishes((RouteDefinition) route));
    }

    private static boolean publishes(RouteDefinition route) {
        return ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ToDefinition.class).stream()
                .anyMatch(step -> step.getUri().startsWith(TOPIC));
    }

    /** @param before the variable's value on entry; null if it was not set */
    private record Open(Span span, String before) {}

    private static final class Spans extends RoutePolicySupport {

        private final Propagator propagator;
        private final boolean publishes;

        Spans(Propagator propagator, boolean publishes) {
            this.propagator = propagator;
            this.publishes = publishes;
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            String variable = exchange.getVariable(TraceParent.NAME, String.class);
            String parent = TraceParent.of(exchange);
            if (TraceParent.traceId(parent) == null) {
                return;
            }
            Span.Builder builder = propagator
                    .extract(parent, (carrier, key) -> key.equals(TraceParent.NAME) ? carrier : null)
                    .name(route.getRouteId());
            if (variable == null) {
                builder.kind(Span.Kind.CONSUMER);
            } else if (publishes) {
                builder.kind(Span.Kind.PRODUCER);
            }
            Span span = builder.start();
            exchange.setProperty(keyOf(route), new Open(span, variable));
            String own = TraceParent.of(span.context());
            if (variable != null) {
                exchange.setVariable(TraceParent.NAME, own);
            } else {
                exchange.getMessage().setHeader(TraceParent.NAME, own);
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            if (!(exchange.removeProperty(keyOf(route)) instanceof Open open)) {
                return;
            }
            if (open.before != null) {
                exchange.setVariable(TraceParent.NAME, open.before);
            }
            tag(open.span, "job_id", exchange.getVariable("jobId", String.class));
            tag(open.span, "attempt", exchange.getVariable("attempt", String.class));
            if (exchange.getException() != null) {
                open.span.error(exchange.getException());
            }
            open.span.end();
        }

        private static void tag(Span span, String name, String value) {
            if (value != null) {
                span.tag(name, value);
            }
        }

        private static String keyOf(Route route) {
            return "jobTrace." + route.getRouteId();
        }
    }
}
