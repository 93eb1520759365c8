package com.aiprod.pipeline.worker;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Properties;

/**
 * The connections by which a worker renews its leases and nothing else. When one hangs, as after a failover that drops
 * packets, it must be given up and another one tried while the lease still holds; the time-outs of the application's own
 * pool are made for statements that may take longer than a lease.
 */
final class LeasePool extends HikariDataSource {

    /** One that may hang, and the one that is tried next. */
    private static final int CONNECTIONS = 2;

    /** Of a lease: a hanging connection costs one of these, and at most two more go by until the next one is had. */
    private static final int SHARES = 6;

    /** Not started before the first connection is asked for: until then its sessions can be set up like the others'. */
    private LeasePool() {}

    /**
     * Connects as that pool does, but for the time-outs.
     *
     * @param lease how long a job stays with a worker that is not heard of any more
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
        // In the URL, where a later value takes the place of one that an operator has set.
        leases.setJdbcUrl(pool.getJdbcUrl() + (pool.getJdbcUrl().contains("?") ? "&" : "?") + "socketTimeout=" + seconds
                + "&connectTimeout=" + seconds);
        leases.setUsername(pool.getUsername());
        leases.setPassword(pool.getPassword());
        leases.setPoolName("leases");
        leases.setMaximumPoolSize(CONNECTIONS);
        leases.setMinimumIdle(1);
        leases.setConnectionTimeout(Math.max(1000, share.toMillis()));
        leases.setValidationTimeout(Math.max(500, share.dividedBy(2).toMillis()));
        // The worker starts without it and renews when it is there.
        leases.setInitializationFailTimeout(-1);
        return leases;
    }
}
