package com.aiprod.pipeline.sql;

import javax.sql.DataSource;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Connections to PostgreSQL. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseSettings.class)
public class DatabaseConfiguration {

    @Bean
    static DatabaseSessions databaseSessions(Environment environment) {
        return new DatabaseSessions(environment);
    }

    /** Replaces Spring Boot's indicator of this name. */
    @Bean
    HealthIndicator dbHealthIndicator(DataSource dataSource) {
        return new DatabaseHealth(dataSource);
    }

    /** Camel finds a component by this name. */
    @Bean("query-component")
    QueryComponent queryComponent(DatabaseSettings settings) {
        return new QueryComponent(settings.keepsSessions());
    }
}
