package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.sql.DatabaseSettings;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayConfigurationCustomizer;
import org.springframework.boot.autoconfigure.flyway.FlywayProperties;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.StringUtils;

/**
 * Gives migrations connections of their own, apart from the application's pool: they may take as long as they do, and
 * Flyway's first one lies idle meanwhile. Only for a lock they wait no longer than the application's statements would
 * bear that wait behind them. They go where the application does, unless {@code spring.flyway.url} says otherwise.
 */
public final class MigrationSessions implements FlywayConfigurationCustomizer {

    /** Below aiprod.database.lock-timeout. */
    static final String BEGINNING =
            "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '3s'";

    private final DatabaseSettings settings;
    private final FlywayProperties flyway;
    private final JdbcConnectionDetails application;
    private final DataSource pool;

    MigrationSessions(
            DatabaseSettings settings, FlywayProperties flyway, JdbcConnectionDetails application, DataSource pool) {
        this.settings = settings;
        this.flyway = flyway;
        this.application = application;
        this.pool = pool;
    }

    @Override
    public void customize(FluentConfiguration configuration) {
        boolean ownAddress = StringUtils.hasText(flyway.getUrl());
        DriverManagerDataSource connections = new DriverManagerDataSource(
                withoutSocketTimeout(ownAddress ? flyway.getUrl() : application.getJdbcUrl()),
                StringUtils.hasText(flyway.getUser()) ? flyway.getUser() : application.getUsername(),
                StringUtils.hasText(flyway.getUser()) ? flyway.getPassword() : application.getPassword());
        try {
            connections.setConnectionProperties(
                    pool.unwrap(HikariDataSource.class).getDataSourceProperties());
        } catch (SQLException e) {
            throw new IllegalStateException("The pool is not Hikari's", e);
        }
        configuration.dataSource(connections);
        if (ownAddress || settings.keepsSessions()) {
            configuration.initSql(BEGINNING);
        }
    }

    /** The driver takes the last of two values, and what the URL says before properties. */
    private static String withoutSocketTimeout(String url) {
        return url + (url.contains("?") ? "&" : "?") + "socketTimeout=0";
    }
}
