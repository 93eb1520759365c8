package com.aiprod.pipeline.startup;

import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelLifecycleStrategy;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Value;
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

    @Bean
    CamelContextConfiguration pipelineRouteCheck(
            @Value("${aiprod.roles}") Set<String> roles, @Value("${aiprod.pipeline.route}") String pipelineRoute) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                if (roles.contains("worker")) {
                    camel.addLifecycleStrategy(new PipelineRouteCheck(pipelineRoute));
                }
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                // The check must be in place before the routes start.
            }
        };
    }
}
