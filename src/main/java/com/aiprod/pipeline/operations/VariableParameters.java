package com.aiprod.pipeline.operations;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;
import org.postgresql.PGStatement;

/**
 * Binds {@code :?name} in a query to the exchange variable {@code name}. Camel's own strategy binds headers, which
 * callers and messages can send; only a route sets a variable. One that is not set
 * is null, as Camel keeps no variable that is null.
 *
 * <p>The connection plans each call for its own values. A prepared query is planned once instead, which takes longer
 * than most of them run; it must be one for which a single plan is right, such as those that go by the job's id.
 */
final class VariableParameters implements JdbcPrepareStatementStrategy {

    /** The driver's own default: a statement that is seldom run is not worth keeping in PostgreSQL. */
    private static final int PREPARE_AFTER_CALLS = 5;

    private static final Pattern PARAMETER = Pattern.compile(":\\?(\\w+)");

    /** The queries are few and fixed: the files under db/queries. */
    private final Map<String, Query> queries = new ConcurrentHashMap<>();

    private final boolean prepared;

    /** @param prepared whether PostgreSQL keeps the plans, for as long as the connection lives */
    VariableParameters(boolean prepared) {
        this.prepared = prepared;
    }

    @Override
    public String prepareQuery(String query, boolean allowNamedParameters) {
        return parse(query).sql();
    }

    @Override
    public Iterator<?> createPopulateIterator(
            String query, String preparedQuery, int expectedParams, Exchange exchange, Object value) {
        return parse(query).parameters().stream().map(exchange::getVariable).iterator();
    }

    @Override
    public void populateStatement(PreparedStatement statement, Iterator<?> values, int expectedParams)
            throws SQLException {
        if (prepared) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(PREPARE_AFTER_CALLS);
        }
        for (int index = 1; values.hasNext(); index++) {
            statement.setObject(index, values.next());
        }
    }

    private Query parse(String query) {
        return queries.computeIfAbsent(
                query,
                text -> new Query(
                        PARAMETER.matcher(text).replaceAll("?"),
                        PARAMETER
                                .matcher(text)
                                .results()
                                .map((MatchResult found) -> found.group(1))
                                .toList()));
    }

    private record Query(String sql, List<String> parameters) {}
}
