package com.aiprod.pipeline.api.artifacts;

import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Sends files after the route that found them. */
@Configuration(proxyBeanMethods = false)
class ArtifactConfiguration {

    @Bean
    FilterRegistrationBean<ArtifactSender> artifactSender() {
        return RouteAnswerFilter.afterTheRoute(new ArtifactSender());
    }
}
