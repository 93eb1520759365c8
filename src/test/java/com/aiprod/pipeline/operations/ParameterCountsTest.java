package com.aiprod.pipeline.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.component.jdbc.JdbcComponent;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL does for a query that a route sends again and again. */
class ParameterCountsTest {

    private static final String QUERY = "SELECT :?name || cast(:?number AS text) AS answer -- really?";

    private final HikariDataSource dataSource = new HikariDataSource(oneConnection());
    private final DefaultCamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void start() {
        JdbcComponent jdbc = new JdbcComponent();
        jdbc.setConnectionStrategy(new ParameterCounts());
        camel.addComponent("jdbc", jdbc);
        camel.getRegistry().bind("dataSource", dataSource);
        camel.getRegistry().bind("variableParameters", new VariableParameters(false));
        camel.getRegistry().bind("preparedParameters", new VariableParameters(true));
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
        dataSource.close();
    }

    @Test
    void aPreparedQueryIsParsedOnce() {
        for (int call = 1; call <= 20; call++) {
            assertThat(run("#preparedParameters", QUERY, Map.of("name", "n", "number", call)))
                    .isEqualTo(List.of(Map.of("answer", "n" + call)));
        }
        assertThat(run(
                        "#variableParameters",
                        "SELECT count(*) AS statements, sum(generic_plans + custom_plans) AS runs"
                                + " FROM pg_prepared_statements WHERE statement LIKE '%really?%'",
                        Map.of()))
                // From the fifth on.
                .asString()
                .isEqualTo("[{statements=1, runs=16}]");
    }

    @Test
    void aQueryWithoutParametersRuns() {
        for (int call = 0; call < 2; call++) {
            assertThat(run("#variableParameters", "SELECT 1 AS one", Map.of())).isEqualTo(List.of(Map.of("one", 1)));
        }
    }

    @Test
    void aFaultReachesTheRouteAsTheDriverMadeIt() {
        assertThatThrownBy(
                        () -> run("#variableParameters", "SELECT 1 / cast(:?number AS integer)", Map.of("number", 0)))
                .isInstanceOf(CamelExecutionException.class)
                .cause()
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("division by zero");
    }

    private Object run(String strategy, String query, Map<String, Object> variables) {
        ProducerTemplate template = camel.createProducerTemplate();
        Exchange answer = template.request(
                "jdbc:dataSource?useHeadersAsParameters=true&resetAutoCommit=false&prepareStatementStrategy="
                        + strategy,
                exchange -> {
                    variables.forEach(exchange::setVariable);
                    exchange.getMessage().setBody(query);
                });
        if (answer.getException() != null) {
            throw new CamelExecutionException("The query failed", answer, answer.getException());
        }
        return answer.getMessage().getBody();
    }

    private static HikariConfig oneConnection() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(EmbeddedDatabase.create());
        config.setMaximumPoolSize(1);
        config.addDataSourceProperty("prepareThreshold", "0");
        return config;
    }
}
