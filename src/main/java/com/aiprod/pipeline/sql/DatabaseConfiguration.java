package com.aiprod.pipeline.sql;

import javax.sql.DataSource;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseSettings.class)
public class DatabaseConfiguration {

    @Bean
    static DatabaseSessions databaseSessions(Environment environment) {
        return new DatabaseSessions(environment);
    }

    /** Replaces Spring Boot's indicator of the same name. */
    @Bean
    HealthIndicator dbHealthIndicator(DataSource dataSource) {
        return new DatabaseHealth(dataSource);
    }

    /** Camel looks up the component by this name. */
    @Bean("query-component")
    QueryComponent queryComponent(DatabaseSettings settings) {
        return new QueryComponent(settings.keepsSessions());
    }
}
