package com.aiprod.pipeline.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Exchanges that share a statement, on the file test-group.sql. */
class GroupedQueryProducerTest {

    private static final int CALLERS = 16;
    private static final int SIZE = 8;

    private final HikariDataSource dataSource = new HikariDataSource(pool());
    private final JdbcTemplate jdbc = new JdbcTemplate(dataSource);
    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private ProducerTemplate producer;

    private static HikariConfig pool() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(EmbeddedDatabase.create());
        config.setMaximumPoolSize(4);
        return config;
    }

    @BeforeEach
    void start() {
        jdbc.execute("CREATE TABLE test_group (number integer CHECK (number < 1000))");
        camel.addComponent("query", new QueryComponent(true));
        camel.getRegistry().bind("dataSource", dataSource);
        camel.start();
        producer = camel.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        camel.stop();
        dataSource.close();
    }

    private Exchange call(Object number) {
        return producer.request(
                "query:test-group?groupSize=" + SIZE + "&outputType=SelectOne&bind.factor=3",
                exchange -> exchange.setVariable("number", number));
    }

    /** Calls with all numbers at the same time, and returns the exchanges in that order. */
    private List<Exchange> callTogether(List<Integer> numbers) throws Exception {
        CyclicBarrier start = new CyclicBarrier(numbers.size());
        List<Future<Exchange>> calls = new ArrayList<>();
        for (Integer number : numbers) {
            calls.add(threads.submit(() -> {
                start.await();
                return call(number);
            }));
        }
        List<Exchange> exchanges = new ArrayList<>();
        for (Future<Exchange> call : calls) {
            exchanges.add(call.get());
        }
        return exchanges;
    }

    private static Map<?, ?> row(Exchange exchange) {
        return exchange.getMessage().getBody(Map.class);
    }

    @Test
    void aLoneExchangeHasAStatementOfItsOwn() {
        assertThat(row(call(7))).isEqualTo(Map.of("number", "7", "members", 1L, "factor", 3));
        assertThat(call(0).getMessage().getBody()).as("no row is for it").isNull();
    }

    @Test
    void exchangesShareAStatementAndEachGetsItsRow() throws Exception {
        List<Integer> numbers = IntStream.rangeClosed(1, CALLERS).boxed().toList();
        List<Long> sizes = new ArrayList<>();
        Awaitility.await().until(() -> {
            jdbc.update("DELETE FROM test_group");
            List<Exchange> exchanges = callTogether(numbers);
            for (int i = 0; i < CALLERS; i++) {
                assertThat(row(exchanges.get(i)).get("number")).isEqualTo(String.valueOf(numbers.get(i)));
                sizes.add((Long) row(exchanges.get(i)).get("members"));
            }
            assertThat(jdbc.queryForList("SELECT number FROM test_group ORDER BY number", Integer.class))
                    .isEqualTo(numbers);
            return sizes.stream().anyMatch(size -> size > 1);
        });
        assertThat(sizes).allMatch(size -> size <= SIZE);
    }

    @Test
    void oneThatPostgresqlRejectsHarmsNoOther() throws Exception {
        List<Integer> numbers = IntStream.rangeClosed(1, CALLERS)
                .mapToObj(number -> number == 5 ? 5000 : number)
                .toList();
        for (int round = 0; round < 5; round++) {
            jdbc.update("DELETE FROM test_group");
            List<Exchange> exchanges = callTogether(numbers);
            for (int i = 0; i < CALLERS; i++) {
                if (numbers.get(i) == 5000) {
                    assertThat(exchanges.get(i).getException())
                            .isInstanceOf(SQLException.class)
                            .hasMessageContaining("test_group_number_check");
                } else {
                    assertThat(exchanges.get(i).getException()).isNull();
                    assertThat(row(exchanges.get(i)).get("number")).isEqualTo(String.valueOf(numbers.get(i)));
                }
            }
            assertThat(jdbc.queryForObject("SELECT count(*) FROM test_group", Integer.class))
                    .isEqualTo(CALLERS - 1);
        }
    }

    @Test
    void aStatementThatWaitsForALockHoldsUpNoOtherForLong() throws Exception {
        jdbc.execute("CREATE UNIQUE INDEX ON test_group (number)");
        try (var holder = dataSource.getConnection()) {
            holder.setAutoCommit(false);
            holder.createStatement().execute("INSERT INTO test_group VALUES (1)");
            Future<Exchange> held = threads.submit(() -> call(1));
            Awaitility.await()
                    .until(
                            () -> jdbc.queryForObject(
                                    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
                                    Integer.class),
                            waiting -> waiting == 1);

            assertThat(row(call(2)).get("number")).isEqualTo("2");

            assertThat(held.isDone()).isFalse();
            holder.rollback();
            assertThat(row(held.get()).get("number")).isEqualTo("1");
        }
    }

    @Test
    void nothingRunsAgainThatMayHaveBeenCommitted() throws Exception {
        jdbc.execute("""
                CREATE FUNCTION end_session() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
                CREATE SEQUENCE statements;
                CREATE TRIGGER dies BEFORE INSERT ON test_group FOR EACH ROW WHEN (NEW.number = 13)
                    EXECUTE FUNCTION end_session();
                CREATE FUNCTION count_statement() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN PERFORM nextval('statements'); RETURN NULL; END $$;
                CREATE TRIGGER counted BEFORE INSERT ON test_group FOR EACH STATEMENT EXECUTE FUNCTION count_statement();
                """);
        List<Exchange> exchanges = callTogether(List.of(13, 13, 13, 13, 13, 13, 13, 13));
        assertThat(exchanges)
                .allSatisfy(exchange -> assertThat(exchange.getException()).isInstanceOf(SQLException.class));
        assertThat(jdbc.queryForObject("SELECT count(*) FROM test_group", Integer.class))
                .isZero();
        assertThat(jdbc.queryForObject("SELECT last_value FROM statements", Integer.class))
                .as("each exchange was in one statement")
                .isLessThanOrEqualTo(exchanges.size());
    }
}
