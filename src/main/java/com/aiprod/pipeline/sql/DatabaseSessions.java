package com.aiprod.pipeline.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Gives the sessions of each pool the same settings, whatever the defaults of the server, the database, or the role.
 *
 * <p>The server cancels a statement before the driver's {@code socketTimeout} stops waiting for it. Otherwise a
 * statement that was reported as failed could still commit.
 *
 * <p>The queries are written for this isolation level. Hikari's own setting compares only with the level of the pool's
 * first connection (6.3.3).
 *
 * <p>Sessions keep plans, those of foreign keys too. A plan made while a table was empty would read the whole table when
 * it is large, so no plan reads a whole table where an index leads to the rows. Before PostgreSQL 18, a sequential scan
 * that remains looks so expensive that PostgreSQL would compile the statement, which takes far longer than to run it.
 *
 * <p>With a transaction pooler, session settings would reach other sessions instead of those that need them. There, the
 * role holds the settings.
 */
final class DatabaseSessions implements BeanPostProcessor {

    private final DatabaseSettings settings;

    DatabaseSessions(Environment environment) {
        this(Binder.get(environment)
                .bind("aiprod.database", DatabaseSettings.class)
                .get());
    }

    DatabaseSessions(DatabaseSettings settings) {
        this.settings = settings;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String beanName) {
        if (bean instanceof HikariDataSource pool) {
            pool.setExceptionOverride(new ReadOnlySessions(pool));
            if (settings.keepsSessions()) {
                pool.setConnectionInitSql(initSql(pool));
            }
        }
        return bean;
    }

    private String initSql(HikariDataSource pool) {
        String own = pool.getConnectionInitSql();
        return (own == null || own.isBlank() ? "" : own + "; ")
                + "SET statement_timeout = %s; SET lock_timeout = %s; SET idle_in_transaction_session_timeout = %s; "
                        .formatted(
                                statementTimeout(pool).toMillis(),
                                settings.lockTimeout().toMillis(),
                                settings.idleInTransactionTimeout().toMillis())
                + "SET default_transaction_isolation = 'read committed'; "
                + "SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off";
    }

    private Duration statementTimeout(HikariDataSource pool) {
        int socketTimeoutSec = socketTimeoutSec(pool);
        Duration most = Duration.ofSeconds(socketTimeoutSec).multipliedBy(3).dividedBy(4);
        return socketTimeoutSec == 0 || settings.statementTimeout().compareTo(most) < 0
                ? settings.statementTimeout()
                : most;
    }

    /** Parsed as the driver does: the URL overrides the properties. */
    private static int socketTimeoutSec(HikariDataSource pool) {
        Properties properties = new Properties();
        pool.getDataSourceProperties().forEach((name, value) -> properties.put(name, String.valueOf(value)));
        Properties parsed = Driver.parseURL(pool.getJdbcUrl(), properties);
        String value = PGProperty.SOCKET_TIMEOUT.getOrDefault(parsed == null ? properties : parsed);
        return value == null ? 0 : Integer.parseInt(value);
    }
}
