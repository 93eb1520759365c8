package com.aiprod.pipeline.operations;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.camel.component.jdbc.ConnectionStrategy;

/**
 * Gives Camel connections that remember how many parameters a query has. Camel's JDBC producer (4.18.0) asks before each
 * execution; PostgreSQL's driver then asks the server, which parses the query for it, and gives up the prepared
 * statement that it had. With the count remembered, an execution is one round trip, and what is prepared stays so.
 */
final class ParameterCounts implements ConnectionStrategy {

    /** Those of the files under db/queries, and what routes of others bring along. */
    private static final int MAX_QUERIES = 1_000;

    private final Cache<String, Integer> counts = Caffeine.newBuilder()
            .maximumSize(MAX_QUERIES)
            .executor(Runnable::run)
            .build();

    @Override
    public Connection getConnection(DataSource dataSource) throws SQLException {
        Connection connection = dataSource.getConnection();
        return proxy(Connection.class, (method, arguments) -> {
            Object result = invoke(connection, method, arguments);
            return result instanceof PreparedStatement statement ? counted(statement, (String) arguments[0]) : result;
        });
    }

    @Override
    public boolean isConnectionTransactional(Connection connection, DataSource dataSource) {
        return false;
    }

    private PreparedStatement counted(PreparedStatement statement, String query) {
        return proxy(
                PreparedStatement.class,
                (method, arguments) -> "getParameterMetaData".equals(method.getName())
                        ? count(statement, query)
                        : invoke(statement, method, arguments));
    }

    private ParameterMetaData count(PreparedStatement statement, String query) throws SQLException {
        Integer known = counts.getIfPresent(query);
        if (known == null) {
            known = statement.getParameterMetaData().getParameterCount();
            counts.put(query, known);
        }
        int count = known;
        return proxy(
                ParameterMetaData.class,
                (method, arguments) -> "getParameterCount".equals(method.getName())
                        ? count
                        : invoke(statement.getParameterMetaData(), method, arguments));
    }

    private static Object invoke(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, Call call) {
        return type.cast(Proxy.newProxyInstance(
                ParameterCounts.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> call.of(method, arguments)));
    }

    private interface Call {
        Object of(Method method, Object[] arguments) throws Throwable;
    }
}
