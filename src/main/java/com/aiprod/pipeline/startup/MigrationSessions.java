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
 * Gives migrations their own connections, outside the application's pool. A migration may take as long as it needs, and
 * Flyway's first connection is idle during it. The lock timeout is shorter than that of the application's statements,
 * which queue behind a waiting migration. The connections use the application's URL unless {@code spring.flyway.url} is
 * set.
 */
final class MigrationSessions implements FlywayConfigurationCustomizer {

    /** The lock timeout must be below aiprod.database.lock-timeout. */
    static final String INIT_SQL =
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
            throw new IllegalStateException("The connection pool is not a HikariDataSource", e);
        }
        configuration.dataSource(connections);
        if (ownAddress || settings.keepsSessions()) {
            configuration.initSql(INIT_SQL);
        }
    }

    /** The driver uses the last of duplicate values, and the URL overrides properties. */
    private static String withoutSocketTimeout(String url) {
        return url + (url.contains("?") ? "&" : "?") + "socketTimeout=0";
    }
}
