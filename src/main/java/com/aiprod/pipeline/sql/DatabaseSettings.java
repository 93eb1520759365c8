package com.aiprod.pipeline.sql;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What the application's sessions with PostgreSQL begin with.
 *
 * @param statementTimeout after which the server ends a statement; a pool whose driver gives up sooner has less
 * @param lockTimeout after which a statement no longer waits for one lock; not above statementTimeout
 * @param idleInTransactionTimeout after which the server ends a session that has begun a transaction and does nothing
 * @param pooler what stands between the application and PostgreSQL
 */
@ConfigurationProperties("aiprod.database")
public record DatabaseSettings(
        Duration statementTimeout, Duration lockTimeout, Duration idleInTransactionTimeout, Pooler pooler) {

    /** What stands between the application and PostgreSQL. */
    public enum Pooler {
        /** Nothing, or what gives each connection a session of its own. */
        NONE,
        /** What gives each transaction another session, as PgBouncer's pool_mode=transaction does. */
        TRANSACTION
    }

    public DatabaseSettings {
        refuseUnder1ms("AIPROD_DATABASE_STATEMENT_TIMEOUT", statementTimeout);
        refuseUnder1ms("AIPROD_DATABASE_LOCK_TIMEOUT", lockTimeout);
        refuseUnder1ms("AIPROD_DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", idleInTransactionTimeout);
        if (lockTimeout.compareTo(statementTimeout) > 0) {
            throw new IllegalArgumentException(
                    "AIPROD_DATABASE_LOCK_TIMEOUT must not be above AIPROD_DATABASE_STATEMENT_TIMEOUT");
        }
    }

    /** Whether what is set or prepared in a session is still there at the next statement. */
    public boolean keepsSessions() {
        return pooler == Pooler.NONE;
    }

    /** PostgreSQL takes 0 for no limit. */
    private static void refuseUnder1ms(String setting, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(setting + " must be 1ms or more");
        }
    }
}
