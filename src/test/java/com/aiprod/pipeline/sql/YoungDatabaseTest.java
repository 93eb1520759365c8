package com.aiprod.pipeline.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aiprod.pipeline.db.Queries;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.sql.DatabaseSettings.Pooler;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * The cost of the statements on the way of a job does not depend on when PostgreSQL last analyzed its tables: sessions
 * that planned while the tables were empty read no more rows when they are large.
 */
class YoungDatabaseTest {

    /** More than a job reads of any table or index; the tables then have thousands of rows. */
    private static final long MOST_READS = 100;

    private static final int JOBS = 50;

    private final HikariDataSource pool = pool();
    private final Queries queries = new Queries(pool, true);

    @AfterEach
    void close() {
        queries.close();
        pool.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"SELECT", "VACUUM ANALYZE"})
    void plansForLargeTablesFromTheFirstMinute(String beforeTheFirstJob) {
        queries.jdbc().execute(beforeTheFirstJob);
        assertFewReadsWithABacklog();
    }

    /** The statistics of a quiet night say that no job waits, so that an index of states looks cheap. */
    @Test
    void plansForABacklogWhenNoJobWaits() {
        addEndedJobs();
        queries.jdbc().execute("VACUUM ANALYZE");
        assertFewReadsWithABacklog();
    }

    /** A table that is empty but keeps its pages counts as empty until it is analyzed again, however large it grows. */
    @Test
    void plansForABacklogAfterTheOutboxWasEmptied() {
        addEndedJobs();
        addWaitingJobs();
        queries.jdbc().execute("DELETE FROM outbox");
        queries.jdbc().execute("UPDATE jobs SET state = 'CANCELLED', completed_at = now() WHERE state = 'QUEUED'");
        queries.jdbc().execute("ANALYZE");
        assertFewReadsWithABacklog();
    }

    private void assertFewReadsWithABacklog() {
        queries.jdbc()
                .queryForList(
                        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
                        String.class)
                .forEach(table -> queries.jdbc().execute("ALTER TABLE " + table + " SET (autovacuum_enabled = off)"));
        run(150);
        addEndedJobs();
        addWaitingJobs();
        Map<String, Long> before = reads();
        run(JOBS);
        Map<String, Long> reads = reads();
        reads.replaceAll((name, read) -> (read - before.getOrDefault(name, 0L)) / JOBS);
        assertThat(reads).allSatisfy((name, read) -> assertThat(read).as(name).isLessThan(MOST_READS));
    }

    /** PostgreSQL plans for the first five values, and goes on if those plans look cheaper than one for all values. */
    @Test
    void plansNoStatementAnewForEachJob() {
        run(100);
        assertThat(queries.count("pg_prepared_statements")).isEqualTo(8);
        assertThat(queries.jdbc()
                        .queryForList(
                                "SELECT statement FROM pg_prepared_statements WHERE custom_plans > 5", String.class))
                .isEmpty();
    }

    /** Runs jobs from submission to end, five at a time. */
    private void run(int jobs) {
        for (int i = 0; i < jobs; i += 5) {
            for (int n = 0; n < 5; n++) {
                queries.submit("ann", Map.of("idempotencyKey", "key-" + System.nanoTime(), "maxActiveJobs", 100_000));
            }
            announce();
            List<Map<String, Object>> batch =
                    queries.rows("claim-outbox", Map.of("minInFlight", 100_000, "batchSize", 5, "leaseSec", 20));
            assertThat(batch).hasSize(5);
            List<String> ids = new ArrayList<>();
            batch.forEach(row -> ids.add(row.get("outbox_id").toString()));
            queries.rows("confirm-published", Map.of("publishedIds", "{" + String.join(",", ids) + "}"));
            for (Map<String, Object> row : batch) {
                String job = (String) row.get("job_id");
                int attempt = queries.claim(job, "worker-1");
                queries.rows(
                        "renew-leases",
                        Map.of(
                                "running",
                                "[{\"job_id\": \"%s\", \"attempt\": %d, \"stage\": \"render\", \"percent\": 1}]"
                                        .formatted(job, attempt),
                                "workerId",
                                "worker-1",
                                "leaseSec",
                                30));
                queries.row("is-job-cancelled", Map.of("jobId", job, "attempt", attempt));
                end(job, attempt, i % 10 == 0);
            }
        }
    }

    private void announce() {
        queries.rows(
                "announce-worker",
                Queries.variables(
                        "workerId",
                        "worker-1",
                        "slots",
                        4,
                        "claimed",
                        9,
                        "freeSec",
                        null,
                        "reached",
                        null,
                        "leaseSec",
                        30));
    }

    private void end(String job, int attempt, boolean success) {
        Map<String, Object> result = Queries.variables(
                "jobId", job, "attempt", attempt, "output", null, "errorCode", null, "errorMessage", null);
        result.putAll(
                success
                        ? Map.of("success", true, "output", "{}", "retryable", false)
                        : Map.of(
                                "success",
                                false,
                                "errorCode",
                                "BROKEN",
                                "errorMessage",
                                "It broke.",
                                "retryable",
                                true));
        result.put("executionTimeMs", 5L);
        assertThat(queries.row("record-result", result)).containsEntry("outcome", "recorded");
    }

    private void addEndedJobs() {
        inAnotherSession("""
                WITH job AS (
                    INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec, state, attempt, started_at,
                        completed_at)
                    SELECT uuid_v7(), 'user-' || n % 50, 'A film', 'quick_social', 'low', 'en', 10, 'COMPLETED', 1, now(), now()
                    FROM generate_series(1, 10000) AS n
                    RETURNING id
                ), history AS (
                    INSERT INTO job_states (job_id, state)
                    SELECT id, entered FROM job, unnest(ARRAY['QUEUED', 'PROCESSING', 'COMPLETED']::job_state[]) AS entered
                ), key AS (
                    INSERT INTO idempotency_keys (user_id, key, request_hash, job_id, created_at, expires_at)
                    SELECT 'user', id, 'hash', id, now(), now() + interval '1 day' FROM job
                ), quota AS (
                    INSERT INTO quotas (user_id) SELECT 'user-' || n FROM generate_series(1, 5000) AS n ON CONFLICT DO NOTHING
                ), letter AS (
                    INSERT INTO dead_letters (job_id, attempt, message_id, error_code, reason, error, attempts, metadata)
                    SELECT id, 1, 'm-' || id, 'BROKEN', 'r', 'e', 1, '{}' FROM job
                )
                INSERT INTO results (job_id, attempt, success, retryable, execution_time_ms)
                SELECT id, 1, true, false, 5 FROM job
                """);
    }

    private void addWaitingJobs() {
        inAnotherSession("""
                WITH job AS (
                    INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)
                    SELECT uuid_v7(), 'user-' || n % 50, 'A film', 'quick_social', 'low', 'en', 10
                    FROM generate_series(1, 5000) AS n
                    RETURNING id, user_id, priority
                ), history AS (
                    INSERT INTO job_states (job_id, state) SELECT id, 'QUEUED' FROM job
                )
                INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job
                """);
    }

    /** Foreign keys keep their plans in a session too. */
    private void inAnotherSession(String statement) {
        new JdbcTemplate(new DriverManagerDataSource(pool.getJdbcUrl())).execute(statement);
        // A session adds its reads to the statistics when it ends, which is after its client has left.
        await().until(() -> queries.jdbc()
                        .queryForObject(
                                "SELECT count(*) FROM pg_stat_activity"
                                        + " WHERE datname = current_database() AND backend_type = 'client backend'",
                                Integer.class)
                == 1);
    }

    /** Returns for each table and index how many rows or entries were read, or how many blocks if those are more. */
    private Map<String, Long> reads() {
        Map<String, Long> reads = new TreeMap<>();
        queries.jdbc().query("""
                SELECT relname, greatest(
                    pg_stat_get_tuples_returned(oid) + pg_stat_get_xact_tuples_returned(oid),
                    pg_stat_get_blocks_fetched(oid) + pg_stat_get_xact_blocks_fetched(oid)) FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')
                """, row -> {
            reads.put(row.getString(1), row.getLong(2));
        });
        return reads;
    }

    private static HikariDataSource pool() {
        String url = EmbeddedDatabase.create();
        Flyway.configure().dataSource(url, null, null).load().migrate();
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        // One session, which is there from the beginning.
        pool.setMaximumPoolSize(1);
        pool.addDataSourceProperty("prepareThreshold", 0);
        new DatabaseSessions(new DatabaseSettings(
                        Duration.ofSeconds(60), Duration.ofSeconds(5), Duration.ofSeconds(30), Pooler.NONE))
                .postProcessAfterInitialization(pool, "dataSource");
        return pool;
    }
}
