package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.sql.DatabaseSettings;
import java.util.Set;
import javax.sql.DataSource;
import org.flywaydb.core.api.callback.Callback;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.flyway.FlywayConfigurationCustomizer;
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
import org.springframework.boot.autoconfigure.flyway.FlywayProperties;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Migrates or checks the schema before anything else uses the database. */
@Configuration(proxyBeanMethods = false)
class SchemaConfiguration {

    @Bean
    FlywayConfigurationCustomizer migrationSessions(
            DatabaseSettings settings, FlywayProperties flyway, JdbcConnectionDetails application, DataSource pool) {
        return new MigrationSessions(settings, flyway, application, pool);
    }

    @Bean
    Callback migrationSessionReset() {
        return new MigrationSessionReset();
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
