package com.aiprod.pipeline.stage;

import java.util.function.Supplier;
import org.apache.camel.Component;

/**
 * A component for the endpoints of pipelines. Each pipeline gets an instance of its own, because Camel stops a component
 * with its context.
 *
 * @param scheme what stands before the colon of the endpoint's URI
 * @param maker makes an instance
 */
public record StageComponent(String scheme, Supplier<? extends Component> maker) {}
