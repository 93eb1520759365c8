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
 * Gives each pool's sessions the same beginning, whatever the defaults of the server, the database or the role are.
 *
 * <p>The server ends a statement before the driver's {@code socketTimeout} ends the wait for it. Otherwise a statement
 * whose caller was told that it failed could still be done.
 *
 * <p>The isolation level is the one that the queries are written for. Hikari's own setting of it compares with the
 * level of the pool's first connection alone (6.3.3).
 *
 * <p>Behind a pooler of transactions a session's settings would reach others and not those that need them. There the
 * role has them.
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
                pool.setConnectionInitSql(beginning(pool));
            }
        }
        return bean;
    }

    private String beginning(HikariDataSource pool) {
        String own = pool.getConnectionInitSql();
        return (own == null || own.isBlank() ? "" : own + "; ")
                + "SET statement_timeout = %s; SET lock_timeout = %s; SET idle_in_transaction_session_timeout = %s; "
                        .formatted(
                                statementTimeout(pool).toMillis(),
                                settings.lockTimeout().toMillis(),
                                settings.idleInTransactionTimeout().toMillis())
                + "SET default_transaction_isolation = 'read committed'";
    }

    private Duration statementTimeout(HikariDataSource pool) {
        int socketTimeoutSec = socketTimeoutSec(pool);
        Duration most = Duration.ofSeconds(socketTimeoutSec).multipliedBy(3).dividedBy(4);
        return socketTimeoutSec == 0 || settings.statementTimeout().compareTo(most) < 0
                ? settings.statementTimeout()
                : most;
    }

    /** The driver's own reading: what the URL says goes before the properties. */
    private static int socketTimeoutSec(HikariDataSource pool) {
        Properties properties = new Properties();
        pool.getDataSourceProperties().forEach((name, value) -> properties.put(name, String.valueOf(value)));
        Properties parsed = Driver.parseURL(pool.getJdbcUrl(), properties);
        String value = PGProperty.SOCKET_TIMEOUT.getOrDefault(parsed == null ? properties : parsed);
        return value == null ? 0 : Integer.parseInt(value);
    }
}
