package com.aiprod.pipeline.operations;

import com.zaxxer.hikari.HikariConfig;
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

    private LeasePool(HikariConfig config) {
        super(config);
    }

    /**
     * Connects as that pool does, but for the time-outs.
     *
     * @param lease how long a job stays with a worker that is not heard of any more
     */
    static LeasePool beside(HikariDataSource pool, Duration lease) {
        Duration share = lease.dividedBy(SHARES);
        String seconds = Long.toString(Math.max(1, share.toSeconds()));
        HikariConfig config = new HikariConfig();
        pool.copyStateTo(config);
        Properties properties = new Properties();
        properties.putAll(pool.getDataSourceProperties());
        properties.setProperty("ApplicationName", "aiprod-pipeline leases");
        config.setDataSourceProperties(properties);
        // In the URL, where a later value takes the place of one that an operator has set.
        config.setJdbcUrl(pool.getJdbcUrl() + (pool.getJdbcUrl().contains("?") ? "&" : "?") + "socketTimeout=" + seconds
                + "&connectTimeout=" + seconds);
        config.setUsername(pool.getUsername());
        config.setPassword(pool.getPassword());
        config.setPoolName("leases");
        config.setMaximumPoolSize(CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(Math.max(1000, share.toMillis()));
        config.setValidationTimeout(Math.max(500, share.dividedBy(2).toMillis()));
        // The worker starts without it and renews when it is there.
        config.setInitializationFailTimeout(-1);
        return new LeasePool(config);
    }
}
