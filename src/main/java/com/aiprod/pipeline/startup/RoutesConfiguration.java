package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.pipelines.InnerRoutes;
import org.apache.camel.model.ModelLifecycleStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Prepares Camel for the route files. */
@Configuration(proxyBeanMethods = false)
class RoutesConfiguration {

    /** A bean, because Camel looks it up before it loads the route files. */
    @Bean
    ModelLifecycleStrategy innerRoutes() {
        return new InnerRoutes();
    }
}
