package com.aiprod.pipeline.operations;

import org.apache.camel.component.jdbc.JdbcComponent;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;

/** Lets tests of other rooms bind SQL exactly as the routes do. */
public final class SqlBinding {

    private SqlBinding() {}

    /** The component that routes call {@code jdbc}. */
    public static JdbcComponent component() {
        return new OperationsConfiguration().jdbcComponent();
    }

    /** The strategy that routes name {@code #variableParameters}. */
    public static JdbcPrepareStatementStrategy ofRoutes() {
        return new VariableParameters(false);
    }
}
