package com.aiprod.pipeline.worker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Submits and watches jobs in the database, with the application's own statements. */
final class Jobs {

    private final NamedParameterJdbcTemplate database;

    Jobs(String databaseUrl) {
        this.database = new NamedParameterJdbcTemplate(new DriverManagerDataSource(databaseUrl));
    }

    /** Submits a low-priority job and returns its ID. */
    String submit(String content) {
        return submit(content, "low");
    }

    String submit(String content, String priority) {
        return submit("ann", content, priority);
    }

    String submit(String userId, String content, String priority) {
        return submit(userId, content, priority, "quick_social");
    }

    String submit(String userId, String content, String priority, String preset) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("userId", userId);
        values.put("idempotencyKey", null);
        values.put("requestHash", null);
        values.put("content", content);
        values.put("preset", preset);
        values.put("priority", priority);
        values.put("lang", "en");
        values.put("durationSec", 10);
        values.put("metadata", "{}");
        values.put("requestId", null);
        values.put("requestTraceparent", null);
        values.put("callbackUrl", null);
        values.put("maxActiveJobs", 0);
        values.put("submitRate", 0);
        return (String) query("submit-job", values).get(0).get("job_id");
    }

    /** Runs a statement of db/queries. */
    List<Map<String, Object>> query(String name, Map<String, ?> values) {
        try {
            String sql =
                    new ClassPathResource("db/queries/" + name + ".sql").getContentAsString(StandardCharsets.UTF_8);
            return database.queryForList(
                    sql.replaceAll(":[*](\\w+)", "ARRAY[cast(:$1 AS text)]").replace(":?", ":"), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void execute(String sql) {
        database.getJdbcOperations().execute(sql);
    }

    <T> T read(String sql, Class<T> type, Object... values) {
        return database.getJdbcOperations().queryForObject(sql, type, values);
    }

    String state(String jobId) {
        return read("SELECT cast(state AS text) FROM jobs WHERE id = cast(? AS uuid)", String.class, jobId);
    }

    int attempt(String jobId) {
        return read("SELECT attempt FROM jobs WHERE id = cast(? AS uuid)", Integer.class, jobId);
    }

    /** Returns the job's states, with reasons where present, separated by spaces. */
    String history(String jobId) {
        return read("""
                SELECT string_agg(state || coalesce('(' || (metadata ->> 'reason') || ')', ''), ' ' ORDER BY id)
                FROM job_states WHERE job_id = cast(? AS uuid)""", String.class, jobId);
    }

    void await(String jobId, String state, Duration limit) {
        await(() -> state(jobId).equals(state), limit, () -> jobId + " is " + state(jobId) + ": " + history(jobId));
    }

    /**
     * Waits for the worker's own dead letter of a job. Until then, the shorter one of its result may be stored.
     *
     * @param columns what to return of it, in SQL
     */
    String awaitLetter(String jobId, String columns) {
        Jobs.await(
                () -> read(
                                "SELECT count(*) FROM dead_letters WHERE job_id = cast(? AS uuid) AND route IS NOT NULL",
                                Integer.class,
                                jobId)
                        == 1,
                Duration.ofSeconds(20),
                () -> "no dead letter of " + jobId);
        return read(
                "SELECT cast(%s AS text) FROM dead_letters WHERE job_id = cast(? AS uuid)".formatted(columns),
                String.class,
                jobId);
    }

    static void await(BooleanSupplier condition, Duration limit, java.util.function.Supplier<String> otherwise) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("After " + limit.toSeconds() + " s: " + otherwise.get());
            }
            java.util.concurrent.locks.LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
