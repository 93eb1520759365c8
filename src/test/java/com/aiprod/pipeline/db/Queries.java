package com.aiprod.pipeline.db;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.sql.QueryComponent;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.flywaydb.core.Flyway;
import org.springframework.jdbc.core.JdbcTemplate;

/** Runs the files under {@code db/queries} as routes do: through the component {@code query}, with variables. */
public final class Queries implements AutoCloseable {

    private static final Pattern PARAMETER = Pattern.compile(":[?*](\\w+)");

    private final JdbcTemplate jdbc;
    private final CamelContext camel = new DefaultCamelContext();
    private final ProducerTemplate producer;

    /** @param dataSource a migrated database */
    public Queries(DataSource dataSource) {
        this(dataSource, false);
    }

    /** @param keepsPlans whether statements with "plan: keep" keep their plans, as in production */
    public Queries(DataSource dataSource, boolean keepsPlans) {
        jdbc = new JdbcTemplate(dataSource);
        camel.addComponent("query", new QueryComponent(keepsPlans));
        camel.getRegistry().bind("dataSource", dataSource);
        camel.start();
        producer = camel.createProducerTemplate();
    }

    /** Returns the instance that all query tests of this JVM share. Each test first calls {@link #empty()}. */
    static Queries shared() {
        return Shared.QUERIES;
    }

    private static final class Shared {
        private static final Queries QUERIES = new Queries(migrated());

        private static DataSource migrated() {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(EmbeddedDatabase.create());
            config.setMaximumPoolSize(24);
            // As in application.yaml.
            config.addDataSourceProperty("prepareThreshold", 0);
            DataSource dataSource = new HikariDataSource(config);
            Flyway.configure().dataSource(dataSource).load().migrate();
            return dataSource;
        }
    }

    /** Deletes all jobs with their rows, all dead letters, workers, and pipelines. */
    void empty() {
        jdbc.update("DELETE FROM jobs");
        jdbc.update("DELETE FROM dead_letters");
        jdbc.update("DELETE FROM workers");
        jdbc.update("DELETE FROM pipelines");
        jdbc.update("DELETE FROM pipeline_revisions");
    }

    /**
     * Deletes all jobs with their rows, and gives their tables new files. Deleted rows of other tests, and the empty pages
     * that they leave, change how PostgreSQL reads the tables; VACUUM leaves what another session still sees.
     */
    void truncate() {
        // In this role, the trigger that keeps the history from being truncated does not fire.
        jdbc.execute("SET session_replication_role = replica; TRUNCATE jobs CASCADE; RESET session_replication_role");
    }

    /** Direct access, to set up or check what the queries do not cover. */
    public JdbcTemplate jdbc() {
        return jdbc;
    }

    /** Runs the query and returns its rows. */
    @SuppressWarnings("unchecked")
    public List<Map<String, Object>> rows(String query, Map<String, Object> variables) {
        Exchange answer = producer.request("query:" + query, exchange -> variables.forEach(exchange::setVariable));
        if (answer.getException() != null) {
            throw CamelExecutionException.wrapCamelExecutionException(answer, answer.getException());
        }
        Object body = answer.getMessage().getBody();
        // A statement for groups leaves only the row of this exchange.
        return body instanceof Map<?, ?> row
                ? List.of((Map<String, Object>) row)
                : body instanceof List<?> rows ? (List<Map<String, Object>>) rows : List.of();
    }

    /** Runs the query and returns its only row. Fails if there is not exactly one. */
    public Map<String, Object> row(String query, Map<String, Object> variables) {
        List<Map<String, Object>> rows = rows(query, variables);
        if (rows.size() != 1) {
            throw new AssertionError(query + " returned " + rows.size() + " rows");
        }
        return rows.get(0);
    }

    /**
     * Runs any SQL with parameters named as in a query file, and returns its rows. The value of {@code :*name} is a list
     * with the value of each request, or the value of the only one.
     */
    List<Map<String, Object>> sql(String sql, Map<String, Object> variables) {
        List<Object> values = new ArrayList<>();
        String text = PARAMETER.matcher(sql).replaceAll(found -> {
            Object value = variables.get(found.group(1));
            if (!found.group().startsWith(":*")) {
                values.add(value);
                return "?";
            }
            List<?> each = value instanceof List<?> list ? list : Collections.singletonList(value);
            values.addAll(each);
            return "ARRAY[" + String.join(", ", Collections.nCopies(each.size(), "cast(? AS text)")) + "]";
        });
        return jdbc.queryForList(text, values.toArray());
    }

    /** Returns the SQL of the query. */
    static String text(String query) {
        try (var file = Queries.class.getResourceAsStream("/db/queries/" + query + ".sql")) {
            return new String(file.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Submits a job of the user and returns its ID. */
    public String submit(String userId) {
        return submit(userId, Map.of());
    }

    /** Like {@link #submit(String)}, with other values for some variables. */
    public String submit(String userId, Map<String, Object> others) {
        return (String) row("submit-job", submission(userId, others)).get("job_id");
    }

    /** Returns the variables of submit-job.sql. */
    public static Map<String, Object> submission(String userId, Map<String, Object> others) {
        Map<String, Object> values = variables(
                "userId",
                userId,
                "idempotencyKey",
                null,
                "requestHash",
                "hash",
                "content",
                "A video about the sea",
                "preset",
                "quick_social",
                "priority",
                "low",
                "lang",
                "en",
                "durationSec",
                10,
                "metadata",
                null,
                "requestId",
                "request-1",
                "callbackUrl",
                null,
                "maxActiveJobs",
                0,
                "submitRate",
                0);
        values.putAll(others);
        return values;
    }

    /** Claims a queued job for the worker and returns the attempt. */
    public int claim(String jobId, String workerId) {
        Map<String, Object> row = row("claim-job", variables("jobId", jobId, "workerId", workerId, "leaseSec", "30"));
        if (!"claimed".equals(row.get("outcome"))) {
            throw new AssertionError(row);
        }
        return (Integer) row.get("attempt");
    }

    /** Announces a live worker with this many slots, all of them busy. */
    void worker(String workerId, int slots) {
        announce(workerId, slots, 0, null, null);
    }

    /** Announces a worker; see announce-worker.sql. */
    void announce(String workerId, int slots, int claimed, Double freeSec, Double reached) {
        rows(
                "announce-worker",
                variables(
                        "workerId",
                        workerId,
                        "slots",
                        slots,
                        "claimed",
                        claimed,
                        "freeSec",
                        freeSec,
                        "reached",
                        reached,
                        "leaseSec",
                        "30"));
    }

    /** Ends a running attempt with a success and returns the outcome. */
    String succeed(String jobId, int attempt, String output) {
        return record(jobId, attempt, Map.of("success", true, "output", output));
    }

    /** Ends a running attempt with an error and returns the outcome. */
    String fail(String jobId, int attempt, String errorCode) {
        return record(
                jobId,
                attempt,
                Map.of("success", false, "errorCode", errorCode, "errorMessage", "It broke.", "retryable", true));
    }

    private String record(String jobId, int attempt, Map<String, Object> result) {
        Map<String, Object> values =
                variables("jobId", jobId, "attempt", attempt, "output", null, "errorCode", null, "errorMessage", null);
        values.put("retryable", false);
        values.put("executionTimeMs", 1234L);
        values.putAll(result);
        return (String) row("record-result", values).get("outcome");
    }

    /** Returns the states of the job's history, oldest first. */
    List<String> history(String jobId) {
        return jdbc.queryForList(
                "SELECT state::text FROM job_states WHERE job_id = ?::uuid ORDER BY id", String.class, jobId);
    }

    /** Returns a column or expression of the job's row, as text. */
    public String job(String column, String jobId) {
        return jdbc.queryForObject("SELECT (" + column + ")::text FROM jobs WHERE id = ?::uuid", String.class, jobId);
    }

    /** Returns a column or expression of the job's outbox row, as text. */
    String outbox(String column, String jobId) {
        return jdbc.queryForObject(
                "SELECT (" + column + ")::text FROM outbox WHERE job_id = ?::uuid", String.class, jobId);
    }

    /** Counts rows, for example of {@code "outbox WHERE leased_until IS NULL"}. */
    public int count(String from, Object... parameters) {
        return jdbc.queryForObject("SELECT count(*) FROM " + from, Integer.class, parameters);
    }

    /** Makes a map of alternating names and values. A null value stands for an unset variable. */
    public static Map<String, Object> variables(Object... namesAndValues) {
        Map<String, Object> variables = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            variables.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return variables;
    }

    @Override
    public void close() {
        camel.stop();
    }

    /** Runs the task on this many threads at once and returns the results. */
    static <T> List<T> race(int runners, Callable<T> task) throws Exception {
        CyclicBarrier start = new CyclicBarrier(runners);
        ExecutorService threads = Executors.newFixedThreadPool(runners);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < runners; i++) {
                running.add(threads.submit(() -> {
                    start.await();
                    return task.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> run : running) {
                results.add(run.get());
            }
            return results;
        } finally {
            threads.shutdownNow();
        }
    }
}
