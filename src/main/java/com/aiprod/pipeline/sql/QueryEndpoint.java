package com.aiprod.pipeline.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.jdbc.JdbcEndpoint;
import org.postgresql.PGStatement;

/** A statement with the values that its route gives it. */
final class QueryEndpoint extends JdbcEndpoint {

    /** The driver's own default: a statement that runs less often is not worth keeping in PostgreSQL. */
    private static final int PREPARE_AFTER_CALLS = 5;

    private final Query query;
    private final Map<String, Object> bound;
    private final boolean keepsPlan;
    private final int groupSize;

    QueryEndpoint(
            String uri,
            QueryComponent component,
            DataSource dataSource,
            Query query,
            Map<String, Object> bound,
            boolean keepsPlan,
            int groupSize) {
        super(uri, component, dataSource);
        this.query = query;
        this.bound = bound;
        this.keepsPlan = keepsPlan;
        this.groupSize = groupSize;
    }

    @Override
    public Producer createProducer() {
        return query.servesGroups()
                ? new GroupedQueryProducer(this, getDataSource())
                : new QueryProducer(this, getDataSource());
    }

    int groupSize() {
        return groupSize;
    }

    Query query() {
        return query;
    }

    /** Prepares the statement; PostgreSQL keeps its plan in this connection if it may. */
    PreparedStatement prepare(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(query.sql());
        if (keepsPlan) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(PREPARE_AFTER_CALLS);
        }
        return statement;
    }

    /** The value of a parameter in an exchange; null when it has none. */
    Object value(String parameter, Exchange exchange) {
        Object constant = bound.get(parameter);
        return constant != null ? constant : exchange.getVariable(parameter);
    }
}
