package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.StageComponent;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** The component {@code artifact:} of pipelines. */
final class ArtifactComponent extends DefaultComponent {

    private final long maxBytes;

    /** @param maxBytes the limit of one file */
    ArtifactComponent(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
        ArtifactEndpoint endpoint = new ArtifactEndpoint(uri, this, maxBytes, name);
        Object type = parameters.remove("type");
        if (type != null) {
            endpoint.setType(type.toString());
        }
        return endpoint;
    }

    @Configuration(proxyBeanMethods = false)
    static class Offer {

        @Bean
        StageComponent artifactComponent(@Value("${aiprod.pipeline.max-artifact-size}") DataSize maxSize) {
            return new StageComponent("artifact", () -> new ArtifactComponent(maxSize.toBytes()));
        }
    }
}
