package com.aiprod.pipeline.sql;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.sql.DataSource;
import org.apache.camel.Endpoint;
import org.apache.camel.component.jdbc.JdbcOutputType;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.util.PropertiesHelper;

/**
 * The endpoint {@code query:NAME}: runs {@code db/queries/NAME.sql}, which is read when the route is built. The parameter
 * {@code :?name} of the statement takes the value of {@code bind.name}, if the endpoint has it, or else of the exchange
 * variable {@code name}; a variable that is not set is null. Message headers, which clients can send, bind nothing.
 *
 * <p>Exchanges that reach the endpoint at the same time share one statement, if it has parameters of the form
 * {@code :*name}: arrays with the variable {@code name} of each of them. Each gets the row for it. See
 * {@link GroupedQueryProducer}.
 *
 * <p>Options: {@code outputType} as in camel-jdbc ({@code SelectList}, a list of maps, is the default; {@code SelectOne}
 * leaves the one row, or null); {@code dataSource}, the name of a bean; {@code bind.NAME}, a constant or placeholder;
 * {@code groupSize}, the most exchanges that share a statement, 1 by default.
 */
public final class QueryComponent extends DefaultComponent {

    private static final String BIND = "bind.";

    private final boolean mayKeepPlans;

    /** @param mayKeepPlans whether a connection keeps what is prepared in it */
    public QueryComponent(boolean mayKeepPlans) {
        this.mayKeepPlans = mayKeepPlans;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) throws Exception {
        Query query = Query.read(getCamelContext(), name);
        Map<String, Object> bound = PropertiesHelper.extractProperties(parameters, BIND);
        Set<String> unknown = new TreeSet<>(bound.keySet());
        unknown.removeAll(query.parameterNames());
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("query:%s has no parameter named %s; it has %s"
                    .formatted(name, String.join(", ", unknown), query.parameterNames()));
        }
        JdbcOutputType outputType =
                getAndRemoveParameter(parameters, "outputType", JdbcOutputType.class, JdbcOutputType.SelectList);
        if (outputType == JdbcOutputType.StreamList) {
            throw new IllegalArgumentException("query:%s cannot have the output type StreamList".formatted(name));
        }
        int groupSize = getAndRemoveParameter(parameters, "groupSize", Integer.class, 1);
        if (groupSize > 1) {
            checkGroup(query, outputType, bound.keySet());
        }
        DataSource dataSource = CamelContextHelper.mandatoryLookup(
                getCamelContext(),
                getAndRemoveParameter(parameters, "dataSource", String.class, "dataSource"),
                DataSource.class);
        QueryEndpoint endpoint =
                new QueryEndpoint(uri, this, dataSource, query, bound, mayKeepPlans && query.keepsPlan(), groupSize);
        endpoint.setOutputType(outputType);
        return endpoint;
    }

    private static void checkGroup(Query query, JdbcOutputType outputType, Set<String> bound) {
        if (!query.servesGroups()) {
            throw new IllegalArgumentException(
                    "query:%s cannot have groupSize: its statement has no parameter of the form :*name"
                            .formatted(query.name()));
        }
        if (outputType != JdbcOutputType.SelectOne) {
            throw new IllegalArgumentException(
                    "query:%s needs outputType: SelectOne with groupSize".formatted(query.name()));
        }
        List<String> unbound = query.parameters().stream()
                .filter(parameter -> !parameter.ofEach() && !bound.contains(parameter.name()))
                .map(Query.Parameter::name)
                .distinct()
                .toList();
        if (!unbound.isEmpty()) {
            throw new IllegalArgumentException(
                    "query:%s needs bind.%s with groupSize: a group can have different values of the variable"
                            .formatted(query.name(), String.join(", bind.", unbound)));
        }
    }
}
