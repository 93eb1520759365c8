package com.aiprod.pipeline.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import javax.sql.DataSource;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/**
 * Whether PostgreSQL is reachable and accepts writes. Replaces Spring Boot's own indicator, which accepts a read-only
 * session.
 */
final class DatabaseHealth extends AbstractHealthIndicator {

    private static final String QUERY = "SELECT current_setting('transaction_read_only') = 'on', pg_is_in_recovery()";

    private final DataSource dataSource;

    DatabaseHealth(DataSource dataSource) {
        super("PostgreSQL cannot be queried");
        this.dataSource = dataSource;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws Exception {
        boolean readOnly;
        boolean standby;
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            readOnly = row.getBoolean(1);
            standby = row.getBoolean(2);
        }
        if (readOnly) {
            // Only this session may be affected if it is older than the end of the read-only period.
            ReadOnlySessions.replace(dataSource.unwrap(HikariDataSource.class));
            builder.down()
                    .withDetail(
                            "fault",
                            standby
                                    ? "this server is a standby and accepts no writes"
                                    : "transactions are read-only: default_transaction_read_only is on");
        } else {
            builder.up();
        }
    }
}
