package com.aiprod.pipeline.operations;

import java.time.Duration;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The beans that routes run by, whatever they carry. */
@Configuration(proxyBeanMethods = false)
class OperationsConfiguration {

    @Bean
    JdbcPrepareStatementStrategy variableParameters() {
        return new VariableParameters();
    }

    @Bean
    RetryLog retryLog() {
        return new RetryLog();
    }

    @Bean
    CamelContextConfiguration roles(
            @Value("${aiprod.roles}") Set<String> roles, @Value("${aiprod.pipeline.route}") String pipelineRoute) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                camel.getPropertiesComponent().addPropertiesFunction(new RoleFunction(roles));
                if (roles.contains("worker")) {
                    camel.addLifecycleStrategy(new PipelineRouteCheck(pipelineRoute));
                }
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                // Everything is said before the routes are loaded.
            }
        };
    }

    @Bean
    @Lazy
    RunningJobs runningJobs(
            CamelContext camel,
            @Value("${aiprod.pipeline.route}") String pipelineRoute,
            @Value("${aiprod.pipeline.timeout}") Duration timeout) {
        return new RunningJobs(camel, pipelineRoute, timeout);
    }
}
