package com.aiprod.pipeline.api.http;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.springframework.http.server.observation.DefaultServerRequestObservationConvention;
import org.springframework.http.server.observation.ServerRequestObservationContext;
import org.springframework.stereotype.Component;

/**
 * Labels requests whose response was held because the caller preferred to wait: their duration does not show how fast
 * the application is.
 */
@Component
class RequestObservation extends DefaultServerRequestObservationConvention {

    private static final String PREFERENCE_APPLIED = "Preference-Applied";

    @Override
    public KeyValues getLowCardinalityKeyValues(ServerRequestObservationContext context) {
        boolean held = context.getResponse() != null && context.getResponse().containsHeader(PREFERENCE_APPLIED);
        return super.getLowCardinalityKeyValues(context).and(KeyValue.of("held", String.valueOf(held)));
    }
}
