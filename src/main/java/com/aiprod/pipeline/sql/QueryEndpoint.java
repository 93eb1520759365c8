package com.aiprod.pipeline.sql;

import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.component.jdbc.JdbcEndpoint;

/** A statement with the values that its route gives it. */
final class QueryEndpoint extends JdbcEndpoint {

    private final Query query;
    private final Map<String, Object> bound;
    private final boolean keepsPlan;

    QueryEndpoint(
            String uri,
            QueryComponent component,
            DataSource dataSource,
            Query query,
            Map<String, Object> bound,
            boolean keepsPlan) {
        super(uri, component, dataSource);
        this.query = query;
        this.bound = bound;
        this.keepsPlan = keepsPlan;
    }

    @Override
    public Producer createProducer() {
        return new QueryProducer(this, getDataSource());
    }

    Query query() {
        return query;
    }

    boolean keepsPlan() {
        return keepsPlan;
    }

    /** The value of a parameter in an exchange; null when it has none. */
    Object value(String parameter, Exchange exchange) {
        Object constant = bound.get(parameter);
        return constant != null ? constant : exchange.getVariable(parameter);
    }
}
