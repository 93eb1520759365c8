package com.aiprod.pipeline.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcConstants;
import org.apache.camel.component.jdbc.JdbcProducer;
import org.postgresql.PGStatement;

/**
 * Executes a query in one round trip and leaves its rows as camel-jdbc does. Camel's own producer (4.18.0) asks for the
 * number of parameters before each execution; PostgreSQL's driver then asks the server, and drops the prepared statement.
 */
final class QueryProducer extends JdbcProducer {

    /** The driver's own default: a statement that runs less often is not worth keeping in PostgreSQL. */
    private static final int PREPARE_AFTER_CALLS = 5;

    private final QueryEndpoint endpoint;
    private final DataSource dataSource;

    QueryProducer(QueryEndpoint endpoint, DataSource dataSource) {
        super(endpoint, dataSource, endpoint.getConnectionStrategy(), endpoint.getReadSize(), Map.of());
        this.endpoint = endpoint;
        this.dataSource = dataSource;
    }

    @Override
    public void process(Exchange exchange) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement(endpoint.query().sql())) {
            if (endpoint.keepsPlan()) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(PREPARE_AFTER_CALLS);
            }
            int index = 1;
            for (String parameter : endpoint.query().parameters()) {
                statement.setObject(index++, endpoint.value(parameter, exchange));
            }
            if (statement.execute()) {
                try (ResultSet rows = statement.getResultSet()) {
                    setResultSet(exchange, connection, rows);
                }
            } else {
                exchange.getMessage().setHeader(JdbcConstants.JDBC_UPDATE_COUNT, statement.getUpdateCount());
            }
        }
    }
}
