package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.telemetry.TraceParent;
import io.micrometer.tracing.handler.TracingObservationHandler.TracingContext;
import jakarta.servlet.http.HttpServletRequest;
import org.springframework.web.filter.ServerHttpObservationFilter;

/** The span of a request, which a route passes on with the job. */
final class RequestTrace {

    private RequestTrace() {}

    /** The {@code traceparent} for work that the request starts; null if tracing is off or the request unsampled. */
    static String of(HttpServletRequest request) {
        return ServerHttpObservationFilter.findObservationContext(request)
                .map(observation -> (TracingContext) observation.get(TracingContext.class))
                .map(tracing -> TraceParent.of(tracing.getSpan().context()))
                .orElse(null);
    }
}
