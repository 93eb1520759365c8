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

/**
 * Binds {@code :?name} in a query to the exchange variable {@code name}. Camel's own strategy binds headers, which
 * callers and messages can send; only a route sets a variable. One that is not set
 * is null, as Camel keeps no variable that is null.
 */
final class VariableParameters implements JdbcPrepareStatementStrategy {

    private static final Pattern PARAMETER = Pattern.compile(":\\?(\\w+)");

    /** The queries are few and fixed: the files under db/queries. */
    private final Map<String, Query> queries = new ConcurrentHashMap<>();

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
