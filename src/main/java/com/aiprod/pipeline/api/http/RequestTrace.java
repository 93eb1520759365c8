package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.telemetry.TraceParent;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** The span of a request, which a route hands on with the job. */
final class RequestTrace {

    private RequestTrace() {}

    /** The {@code traceparent} of what the request sets off, or null where tracing is off or the request not sampled. */
    static String of(HttpServletRequest request) {
        return ServerHttpObservationFilter.findObservationContext(request)
                .map(observation -> (TracingContext) observation.get(TracingContext.class))
                .map(tracing -> TraceParent.of(tracing.getSpan().context()))
                .orElse(null);
    }
}
