package com.aiprod.pipeline.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import javax.sql.DataSource;
import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Whether PostgreSQL is there and takes writes. In place of Spring Boot's own, which a read-only session contents. */
public final class DatabaseHealth extends AbstractHealthIndicator {

    private static final String QUERY = "SELECT current_setting('transaction_read_only') = 'on', pg_is_in_recovery()";

    private final DataSource dataSource;

    DatabaseHealth(DataSource dataSource) {
        super("PostgreSQL cannot be asked");
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
            // It may be this session alone, from before the database took writes again.
            ReadOnlySessions.replace(dataSource.unwrap(HikariDataSource.class));
            builder.down()
                    .withDetail(
                            "fault",
                            standby
                                    ? "this server is a standby and takes no writes"
                                    : "transactions are read-only: default_transaction_read_only is on");
        } else {
            builder.up();
        }
    }
}
