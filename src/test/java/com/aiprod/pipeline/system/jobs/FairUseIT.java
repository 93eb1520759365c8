package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.camel.CamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Per-user limits, as the user sees them. */
@SystemTest
class FairUseIT {

    private static final String POLICY = "\"submit\";q=600;w=60, \"active\";q=100";

    private static final String TIDE = "{\"content\":\"A tide comes in.\"}";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    @Autowired
    private CamelContext camel;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void reportsTheRemainingQuotaOfEachSubmission() throws Exception {
        HttpResponse<String> first = alice.submit("{\"content\":\"A tide comes in.\"}", "Idempotency-Key", "one");
        assertThat(first.statusCode()).isEqualTo(202);
        assertThat(limits(first)).containsExactly(POLICY, "\"submit\";r=599;t=60, \"active\";r=99");
        HttpResponse<String> again = alice.submit("{\"content\":\"A tide comes in.\"}", "Idempotency-Key", "one");
        assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(limits(again).get(0)).isEqualTo(POLICY);
        assertThat(limits(again).get(1)).matches("\"submit\";r=599;t=(60|[1-5]\\d), \"active\";r=(99|100)");
        HttpResponse<String> invalid = alice.submit("{\"content\":\"\"}");
        problem(invalid, 400);
        assertThat(invalid.headers().firstValue("RateLimit")).isEmpty();
    }

    @Test
    void rejectsSubmissionsOverTheRateLimitWithRetryAfter() throws Exception {
        alice.start("none");
        spend(599);
        alice.start("none");
        HttpResponse<String> refused = alice.submit("{\"content\":\"A tide comes in.\"}", "Idempotency-Key", "one");
        JsonNode problem = problem(refused, 429);
        assertThat(problem.path("type").asText()).isEqualTo("/problems/too-many-requests");
        assertThat(problem.path("detail").asText()).isEqualTo("At most 600 jobs can be submitted per minute.");
        String wait = refused.headers().firstValue("Retry-After").orElseThrow();
        assertThat(Integer.parseInt(wait)).isBetween(1, 60);
        assertThat(limits(refused).get(0)).isEqualTo(POLICY);
        assertThat(limits(refused).get(1)).startsWith("\"submit\";r=0;t=" + wait + ", \"active\";r=");

        database.update(
                "UPDATE quotas SET window_start = window_start - interval '1 minute' WHERE user_id = ?", alice.id());
        HttpResponse<String> taken = alice.submit("{\"content\":\"A tide comes in.\"}", "Idempotency-Key", "one");
        assertThat(taken.statusCode()).isEqualTo(202);
        assertThat(taken.headers().firstValue("Idempotent-Replayed")).isEmpty();
    }

    @Test
    void acceptsAgainWhenAnActiveJobEnds() throws Exception {
        queue(100);
        HttpResponse<String> refused = alice.submit("{\"content\":\"A tide comes in.\"}");
        assertThat(problem(refused, 429).path("detail").asText())
                .isEqualTo("At most 100 of your jobs can be active. Wait until one ends, or cancel one.");
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("10");
        assertThat(limits(refused).get(1)).matches("\"submit\";r=600;t=\\d+, \"active\";r=0");
        assertThat(User.of(port, "bob")
                        .submit("{\"content\":\"A tide comes in.\"}")
                        .statusCode())
                .isEqualTo(202);

        String one =
                json(alice.get("/pipeline/jobs?limit=1")).at("/jobs/0/job_id").asText();
        assertThat(User.send(alice.request("/pipeline/job/" + one + "/cancel").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(alice.submit("{\"content\":\"A tide comes in.\"}").statusCode())
                .isEqualTo(202);
    }

    @Test
    void holdsTheLimitForConcurrentSubmissions() throws Exception {
        queue(95);
        ExecutorService threads = Executors.newFixedThreadPool(16);
        // None of them ends during the test.
        camel.getRouteController().stopRoute("dispatch-jobs");
        try {
            List<CompletableFuture<Integer>> calls = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                calls.add(CompletableFuture.supplyAsync(this::submit, threads));
            }
            List<Integer> statuses = calls.stream().map(CompletableFuture::join).toList();
            assertThat(statuses).filteredOn(it -> it == 202).hasSize(5);
            assertThat(statuses).filteredOn(it -> it == 429).hasSize(11);
        } finally {
            camel.getRouteController().startRoute("dispatch-jobs");
            threads.shutdownNow();
        }
    }

    @Test
    void burstOfOneUserTakesNoConnectionsFromOthers() throws Exception {
        alice.start("none");
        List<CompletableFuture<HttpResponse<String>>> crowd = new ArrayList<>();
        holdingTheQuota(() -> {
            for (int i = 0; i < 60; i++) {
                crowd.add(CLIENT.sendAsync(submission().build(), BodyHandlers.ofString()));
            }
            Awaitility.await().until(() -> locked() > 0);
            assertThat(User.of(port, "bob").submit(TIDE).statusCode()).isEqualTo(202);
            assertThat(locked()).isLessThanOrEqualTo(4);
        });
        for (CompletableFuture<HttpResponse<String>> answer : crowd) {
            HttpResponse<String> told = answer.join();
            assertThat(told.statusCode()).isIn(202, 429, 503);
            assertThat(told.headers().firstValue("Retry-After")).isPresent();
        }
        // Every call has given back its turn.
        assertThat(alice.submit(TIDE).statusCode()).isIn(202, 429);
    }

    @Test
    void rejectsAUserOverTheRateLimitWithoutTheDatabase() throws Exception {
        HttpResponse<String> first = alice.submit(TIDE, "Idempotency-Key", "one");
        spend(600);
        problem(alice.submit(TIDE), 429);
        holdingTheQuota(() -> {
            HttpResponse<String> refused = alice.submit(TIDE);
            assertThat(problem(refused, 429).path("detail").asText())
                    .isEqualTo("At most 600 jobs can be submitted per minute.");
            String wait = refused.headers().firstValue("Retry-After").orElseThrow();
            assertThat(Integer.parseInt(wait)).isBetween(1, 60);
            assertThat(limits(refused)).containsExactly(POLICY, "\"submit\";r=0;t=" + wait);
        });
        HttpResponse<String> again = alice.submit(TIDE, "Idempotency-Key", "one");
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(json(again).path("job_id")).isEqualTo(json(first).path("job_id"));
    }

    /** Runs the task while another transaction locks the quota row that serializes Alice's submissions. */
    private void holdingTheQuota(ThrowingRunnable task) {
        new TransactionTemplate(new DataSourceTransactionManager(database.getDataSource()))
                .executeWithoutResult(status -> {
                    database.queryForList("SELECT FROM quotas WHERE user_id = ? FOR UPDATE", alice.id());
                    try {
                        task.run();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    @FunctionalInterface
    private interface ThrowingRunnable {
        void run() throws Exception;
    }

    /** Counts the statements that wait for a lock. */
    private int locked() {
        // Within a transaction, PostgreSQL keeps its first snapshot of the statistics.
        database.queryForList("SELECT pg_stat_clear_snapshot()");
        return database.queryForObject(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                        + " AND datname = current_database()",
                Integer.class);
    }

    private HttpRequest.Builder submission() {
        return alice.request("/pipeline/run")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(TIDE));
    }

    private int submit() {
        try {
            return alice.submit("{\"content\":\"A tide comes in.\"}").statusCode();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void spend(int submissions) {
        assertThat(database.update("UPDATE quotas SET submissions = ? WHERE user_id = ?", submissions, alice.id()))
                .isOne();
    }

    /** Gives Alice jobs that stay queued because they have no message in the outbox. */
    private void queue(int jobs) {
        database.update("""
                        INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)
                        SELECT gen_random_uuid(), ?, 'A tide comes in.', 'quick_social', 'low', 'en', 10
                        FROM generate_series(1, ?)
                        """, alice.id(), jobs);
    }

    private static List<String> limits(HttpResponse<String> answer) {
        return List.of(
                answer.headers().firstValue("RateLimit-Policy").orElseThrow(),
                answer.headers().firstValue("RateLimit").orElseThrow());
    }
}
