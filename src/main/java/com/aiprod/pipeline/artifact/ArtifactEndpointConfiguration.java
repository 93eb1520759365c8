package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.StageComponent;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.unit.DataSize;

/** The component {@code artifact:} of pipelines. */
@Configuration(proxyBeanMethods = false)
class ArtifactEndpointConfiguration {

    /** @param maxSize the limit of one file */
    @Bean
    StageComponent artifactComponent(@Value("${aiprod.pipeline.max-artifact-size}") DataSize maxSize) {
        return StageComponent.of("artifact", (uri, component, name, parameters) -> {
            ArtifactEndpoint endpoint = new ArtifactEndpoint(uri, component, maxSize.toBytes(), name);
            Object type = parameters.remove("type");
            if (type != null) {
                endpoint.setType(type.toString());
            }
            return endpoint;
        });
    }
}
