package com.aiprod.pipeline.sql;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Removes read-only sessions from the pool. After a failover, or once a full disk has space again, only new sessions
 * accept writes, and the pool would keep the old ones for half an hour. If one session is read-only, so are all others
 * of its age.
 */
final class ReadOnlySessions implements SQLExceptionOverride {

    /** The minimum pause between replacements, because new sessions may be read-only too. */
    private static final long PAUSE_NANOS = Duration.ofSeconds(2).toNanos();

    private final HikariDataSource pool;
    private final AtomicLong replacedAt = new AtomicLong(System.nanoTime() - PAUSE_NANOS);

    ReadOnlySessions(HikariDataSource pool) {
        this.pool = pool;
    }

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        if (SqlState.READ_ONLY.equals(failure.getSQLState())) {
            long last = replacedAt.get();
            long now = System.nanoTime();
            if (now - last >= PAUSE_NANOS && replacedAt.compareAndSet(last, now)) {
                replace(pool);
            }
        }
        return Override.CONTINUE_EVICT;
    }

    /** Closes the pool's sessions; those in use are closed when they are returned. */
    static void replace(HikariDataSource pool) {
        HikariPoolMXBean running = pool.getHikariPoolMXBean();
        if (running != null) {
            running.softEvictConnections();
        }
    }
}
