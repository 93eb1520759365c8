package com.aiprod.pipeline.sql;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * The settings of the application's PostgreSQL sessions.
 *
 * @param statementTimeout after which the server cancels a statement; shorter in a pool whose driver gives up sooner
 * @param lockTimeout after which a statement stops waiting for one lock; at most statementTimeout
 * @param idleInTransactionTimeout after which the server ends a session that is idle in an open transaction
 * @param pooler the kind of connection pooler between the application and PostgreSQL
 */
@ConfigurationProperties("aiprod.database")
public record DatabaseSettings(
        Duration statementTimeout, Duration lockTimeout, Duration idleInTransactionTimeout, Pooler pooler) {

    /** The kinds of connection pooler between the application and PostgreSQL. */
    public enum Pooler {
        /** No pooler, or one that gives each connection its own session. */
        NONE,
        /** A pooler that assigns sessions per transaction, such as PgBouncer with pool_mode=transaction. */
        TRANSACTION
    }

    public DatabaseSettings {
        requireAtLeast1ms("AIPROD_DATABASE_STATEMENT_TIMEOUT", statementTimeout);
        requireAtLeast1ms("AIPROD_DATABASE_LOCK_TIMEOUT", lockTimeout);
        requireAtLeast1ms("AIPROD_DATABASE_IDLE_IN_TRANSACTION_TIMEOUT", idleInTransactionTimeout);
        if (lockTimeout.compareTo(statementTimeout) > 0) {
            throw new IllegalArgumentException(
                    "AIPROD_DATABASE_LOCK_TIMEOUT must not exceed AIPROD_DATABASE_STATEMENT_TIMEOUT");
        }
    }

    /** Whether session settings and prepared statements are still there for the next statement. */
    public boolean keepsSessions() {
        return pooler == Pooler.NONE;
    }

    /** For PostgreSQL, 0 means no limit. */
    private static void requireAtLeast1ms(String setting, Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(setting + " must be at least 1ms");
        }
    }
}
