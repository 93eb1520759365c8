package com.aiprod.pipeline.worker;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;

/**
 * A connection pool only for lease renewal. If a connection hangs, for example after a failover that drops packets, the
 * worker must try another one while its leases are still valid. The timeouts of the application's pool allow for
 * statements that take longer than a lease.
 */
final class LeasePool extends HikariDataSource {

    /** One connection that may hang, and one to try next. */
    private static final int CONNECTIONS = 2;

    /** The parts of a lease: a hanging connection costs one part, and getting the next connection at most two more. */
    private static final int SHARES = 6;

    /** The pool starts with the first request for a connection, so its sessions can be configured like the others. */
    private LeasePool() {}

    /**
     * Creates a pool that connects as this one does, with shorter timeouts.
     *
     * @param lease how long a worker keeps its jobs without a renewal
     */
    static LeasePool beside(HikariDataSource pool, Duration lease) {
        Duration share = lease.dividedBy(SHARES);
        String seconds = Long.toString(Math.max(1, share.toSeconds()));
        LeasePool leases = new LeasePool();
        pool.copyStateTo(leases);
        Properties properties = new Properties();
        properties.putAll(pool.getDataSourceProperties());
        properties.setProperty("ApplicationName", "aiprod-pipeline leases");
        leases.setDataSourceProperties(properties);
        // In the URL, because a later value there overrides the operator's.
        leases.setJdbcUrl(pool.getJdbcUrl() + (pool.getJdbcUrl().contains("?") ? "&" : "?") + "socketTimeout=" + seconds
                + "&connectTimeout=" + seconds);
        leases.setUsername(pool.getUsername());
        leases.setPassword(pool.getPassword());
        leases.setPoolName("leases");
        leases.setMaximumPoolSize(CONNECTIONS);
        leases.setMinimumIdle(1);
        leases.setConnectionTimeout(Math.max(1000, share.toMillis()));
        leases.setValidationTimeout(Math.max(500, share.dividedBy(2).toMillis()));
        // The worker starts even without a connection, and renews leases once it gets one.
        leases.setInitializationFailTimeout(-1);
        return leases;
    }
}
