package com.aiprod.pipeline.stage;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Component;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;

/**
 * A component for the endpoints of pipelines. Each pipeline gets an instance of its own, because Camel stops a component
 * with its context.
 *
 * @param scheme what stands before the colon of the endpoint's URI
 * @param maker makes an instance
 */
public record StageComponent(String scheme, Supplier<? extends Component> maker) {

    /** Makes the endpoints of a component. */
    @FunctionalInterface
    public interface EndpointMaker {

        /**
         * Makes an endpoint.
         *
         * @param uri the whole URI
         * @param name what follows the colon
         * @param parameters of the URI; Camel refuses those that are not removed
         */
        Endpoint make(String uri, Component component, String name, Map<String, Object> parameters);
    }

    /** A component that does nothing but make endpoints. */
    public static StageComponent of(String scheme, EndpointMaker endpoints) {
        return new StageComponent(scheme, () -> new DefaultComponent() {
            @Override
            protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
                return endpoints.make(uri, this, name, parameters);
            }
        });
    }
}
