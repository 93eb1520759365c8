package com.aiprod.pipeline.sql;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Lets no session that takes no writes stay in the pool. After a failover, or once a full disk is mended, only new
 * sessions take writes; the pool would keep the old ones for half an hour. Where one takes none, none of its age does.
 */
final class ReadOnlySessions implements SQLExceptionOverride {

    /** So often at the most, as new sessions may take no writes either. */
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

    /** Closes the pool's sessions: those that are in use when they come back. */
    static void replace(HikariDataSource pool) {
        HikariPoolMXBean running = pool.getHikariPoolMXBean();
        if (running != null) {
            running.softEvictConnections();
        }
    }
}
