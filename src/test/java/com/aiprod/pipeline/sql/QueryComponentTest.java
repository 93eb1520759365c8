package com.aiprod.pipeline.sql;

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
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The endpoint {@code query:}, on files under {@code db/queries} of the test classpath. */
class QueryComponentTest {

    private final HikariDataSource dataSource = new HikariDataSource(oneConnection());
    private final DefaultCamelContext camel = new DefaultCamelContext();

    @BeforeEach
    void start() {
        camel.addComponent("query", new QueryComponent(true));
        camel.getRegistry().bind("dataSource", dataSource);
        camel.getRegistry().bind("other", dataSource);
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
        dataSource.close();
    }

    @Test
    void keepsThePlanOfAMarkedQuery() {
        for (int call = 1; call <= 20; call++) {
            assertThat(run("query:test-kept-plan", Map.of("name", "n", "number", call)))
                    .isEqualTo(List.of(Map.of("answer", "n" + call)));
            run("query:test-bound", Map.of("number", call));
        }
        // The driver prepares a statement on its fifth call.
        assertThat(run("query:test-prepared-statements", Map.of())).asString().isEqualTo("[{statements=1, runs=16}]");
    }

    @Test
    void preparesNothingBehindATransactionPooler() {
        camel.removeComponent("query");
        camel.addComponent("query", new QueryComponent(false));
        for (int call = 1; call <= 20; call++) {
            run("query:test-kept-plan", Map.of("name", "n", "number", call));
        }
        assertThat(run("query:test-prepared-statements", Map.of())).asString().isEqualTo("[{statements=0, runs=null}]");
    }

    @Test
    void bindsVariablesAndConstantsButNoHeaders() {
        assertThat(run("query:test-bound?bind.text=fixed&outputType=SelectOne&dataSource=other", Map.of("number", 7)))
                .isEqualTo(Map.of("text", "fixed", "number", 7));
        Exchange answer = camel.createProducerTemplate().request("query:test-bound?outputType=SelectOne", exchange -> {
            exchange.getMessage().setHeader("text", "sent");
            exchange.getMessage().setHeader("number", 1);
        });
        assertThat(answer.getMessage().getBody()).asString().isEqualTo("{text=null, number=null}");
    }

    @Test
    void rejectsAGroupThatCannotBe() {
        assertThatThrownBy(() -> camel.getEndpoint("query:test-bound?groupSize=2&outputType=SelectOne"))
                .hasStackTraceContaining("query:test-bound cannot have groupSize");
        assertThatThrownBy(() -> camel.getEndpoint("query:test-group?groupSize=2&bind.factor=1"))
                .hasStackTraceContaining("query:test-group needs outputType: SelectOne with groupSize");
        assertThatThrownBy(() -> camel.getEndpoint("query:test-group?groupSize=2&outputType=SelectOne"))
                .hasStackTraceContaining("query:test-group needs bind.factor with groupSize");
    }

    @Test
    void rejectsAMissingFile() {
        assertThatThrownBy(() -> camel.getEndpoint("query:claim-jop"))
                .hasStackTraceContaining("db/queries/claim-jop.sql, which does not exist");
    }

    @Test
    void rejectsAnUnknownParameter() {
        assertThatThrownBy(() -> camel.getEndpoint("query:test-bound?bind.nummer=1"))
                .hasStackTraceContaining("has no parameter named nummer; it has [number, text]");
    }

    @Test
    void rejectsAnUnknownOption() {
        assertThatThrownBy(() -> camel.getEndpoint("query:test-bound?outputTyp=SelectOne"))
                .hasStackTraceContaining("outputTyp");
        assertThatThrownBy(() -> camel.getEndpoint("query:test-bound?outputType=StreamList"))
                .hasStackTraceContaining("StreamList");
        assertThatThrownBy(() -> camel.getEndpoint("query:test-bound?dataSource=nowhere"))
                .hasStackTraceContaining("nowhere");
    }

    @Test
    void throwsTheExceptionOfTheDriver() {
        assertThatThrownBy(() -> run("query:test-division", Map.of("number", 0)))
                .isInstanceOf(CamelExecutionException.class)
                .cause()
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("division by zero");
        assertThat(dataSource.getHikariPoolMXBean().getActiveConnections()).isZero();
    }

    private Object run(String uri, Map<String, Object> variables) {
        Exchange answer =
                camel.createProducerTemplate().request(uri, exchange -> variables.forEach(exchange::setVariable));
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
