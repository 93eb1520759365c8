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

/**
 * Executes a query in one round trip and leaves its rows as camel-jdbc does. Camel's own producer (4.18.0) asks for the
 * number of parameters before each execution; PostgreSQL's driver then asks the server, and drops the prepared statement.
 */
final class QueryProducer extends JdbcProducer {

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
                PreparedStatement statement = endpoint.prepare(connection)) {
            int index = 1;
            for (Query.Parameter parameter : endpoint.query().parameters()) {
                statement.setObject(index++, endpoint.value(parameter.name(), exchange));
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
