package com.aiprod.pipeline.operations;

import java.time.Duration;
import java.util.List;
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
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                if (roles.contains("worker") && camel.getRoute(pipelineRoute) == null) {
                    throw new MissingSettingException(List.of(
                            "AIPROD_PIPELINE_ROUTE names '%s', and no route has that id".formatted(pipelineRoute)));
                }
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
