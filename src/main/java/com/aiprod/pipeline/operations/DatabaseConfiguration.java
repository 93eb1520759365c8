package com.aiprod.pipeline.operations;

import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.api.callback.Callback;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.flyway.FlywayConfigurationCustomizer;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.boot.autoconfigure.flyway.FlywayProperties;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** How PostgreSQL is spoken to: by the application, and by the migrations of its schema. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(DatabaseSettings.class)
class DatabaseConfiguration {

    @Bean
    static DatabaseSessions databaseSessions(Environment environment) {
        return new DatabaseSessions(environment);
    }

    @Bean
    FlywayConfigurationCustomizer migrationSessions(
            DatabaseSettings settings, FlywayProperties flyway, JdbcConnectionDetails application, DataSource pool) {
        return new MigrationSessions(settings, flyway, application, pool);
    }

    /** As it is for the first one: what a script sets is its own, and not that of those after it. */
    @Bean
    Callback migrationBeginning() {
        return new MigrationBeginning();
    }

    @Bean
    FlywayMigrationStrategy schema(
            @Value("${aiprod.schema}") SchemaMode mode, @Value("${aiprod.roles}") Set<String> roles) {
        return flyway -> {
            ServerCheck.verify(flyway.getConfiguration().getDataSource());
            (roles.contains(SchemaMigration.ROLE) ? SchemaMode.MIGRATE : mode).apply(flyway);
        };
    }
}
