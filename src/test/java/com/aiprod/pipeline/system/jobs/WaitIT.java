package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** {@code Prefer: wait=N} holds the response until the job ends. */
@SystemTest
class WaitIT {

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String ECHO = "{\"content\":\"A tide comes in.\"}";
    private static final String HANG = "{\"content\":\"A tide comes in.\",\"metadata\":{\"script\":\"hang\"}}";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void answersASubmissionWithTheEndedJob() throws Exception {
        HttpResponse<String> answer = alice.submit(ECHO, "Prefer", "wait=30");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Preference-Applied")).hasValue("wait=30");
        JsonNode job = json(answer);
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(job.at("/result/output/content").asText()).isEqualTo("A tide comes in.");
        String id = job.path("job_id").asText();
        HttpResponse<String> read = alice.get("/pipeline/job/" + id);
        assertThat(answer.body()).isEqualTo(read.body());
        assertThat(answer.headers().firstValue("ETag")).isEqualTo(read.headers().firstValue("ETag"));
        assertThat(answer.headers().firstValue("Location")).hasValue("/pipeline/job/" + id);
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void answers202WhenTheJobDoesNotEndInTime() throws Exception {
        long start = System.nanoTime();
        HttpResponse<String> answer = alice.submit(HANG, "Prefer", "respond-async, wait=1");
        assertThat(since(start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.headers().firstValue("Preference-Applied")).hasValue("wait=1");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(User.names(json(answer)))
                .containsExactly("status", "job_id", "message", "created_at", "check_status_at", "links");
        cancel(json(answer).path("job_id").asText());
    }

    @Test
    void holdsReplaysToo() throws Exception {
        String key = UUID.randomUUID().toString();
        HttpResponse<String> first = alice.submit(HANG, "Idempotency-Key", key);
        HttpResponse<String> running = alice.submit(HANG, "Idempotency-Key", key, "Prefer", "wait=1");
        assertThat(running.statusCode()).isEqualTo(202);
        assertThat(running.body()).isEqualTo(first.body());
        assertThat(running.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        assertThat(running.headers().firstValue("Preference-Applied")).hasValue("wait=1");
        String id = json(first).path("job_id").asText();
        cancel(id);
        HttpResponse<String> ended = alice.submit(HANG, "Idempotency-Key", key, "Prefer", "wait=30");
        assertThat(ended.statusCode()).isEqualTo(200);
        assertThat(json(ended)).isEqualTo(alice.job(id));
        assertThat(ended.headers().firstValue("Idempotent-Replayed")).hasValue("true");
        HttpResponse<String> notWaiting = alice.submit(HANG, "Idempotency-Key", key);
        assertThat(notWaiting.statusCode()).isEqualTo(202);
        assertThat(notWaiting.body()).isEqualTo(first.body());
    }

    @Test
    void answersAReadWhenTheJobEnds() throws Exception {
        String id = alice.start("hang");
        alice.await(id, "PROCESSING");
        CompletableFuture<HttpResponse<String>> waiting = waitFor(id, 30);
        assertThat(waiting).isNotDone();
        long cancelled = cancel(id);
        HttpResponse<String> answer = waiting.get();
        assertThat(since(cancelled)).isLessThan(Duration.ofSeconds(5));
        assertThat(json(answer).path("status").asText()).isEqualTo("CANCELLED");
        assertThat(answer.headers().firstValue("Preference-Applied")).hasValue("wait=30");
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void answersAReadWithTheCurrentStateWhenTheWaitEnds() throws Exception {
        String id = alice.start("hang");
        alice.await(id, "PROCESSING");
        long start = System.nanoTime();
        HttpResponse<String> answer = alice.get("/pipeline/job/" + id, "Prefer", "wait=1");
        assertThat(since(start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
        assertThat(json(answer).path("status").asText()).isEqualTo("PROCESSING");
        assertThat(answer.headers().firstValue("Preference-Applied")).hasValue("wait=1");
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        HttpResponse<String> unchanged = alice.get(
                "/pipeline/job/" + id,
                "Prefer",
                "wait=1",
                "If-None-Match",
                answer.headers().firstValue("ETag").orElseThrow());
        assertThat(unchanged.statusCode()).isEqualTo(304);
        assertThat(unchanged.headers().firstValue("Preference-Applied")).hasValue("wait=1");
        cancel(id);
    }

    @Test
    void answersAtOnceForAnEndedJobAndCapsTheWaitAtAMinute() throws Exception {
        String id = alice.start("none");
        alice.await(id, "COMPLETED");
        long start = System.nanoTime();
        HttpResponse<String> answer = alice.get("/pipeline/job/" + id, "Prefer", "wait=3600");
        assertThat(since(start)).isLessThan(Duration.ofSeconds(5));
        assertThat(answer.headers().firstValue("Preference-Applied")).hasValue("wait=60");
        assertThat(json(answer)).isEqualTo(alice.job(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"wait=0", "wait=-5", "wait=soon", "wait", "wait=1.5", "respond-async", "return=minimal"})
    void ignoresInvalidAndUnknownPreferences(String preference) throws Exception {
        String id = alice.start("hang");
        HttpResponse<String> answer = alice.get("/pipeline/job/" + id, "Prefer", preference);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Preference-Applied")).isEmpty();
        cancel(id);
    }

    @Test
    void rejectsAWaitForAnotherUsersJobAtOnce() throws Exception {
        String id = alice.start("hang");
        long start = System.nanoTime();
        problem(User.of(port, "mallory").get("/pipeline/job/" + id, "Prefer", "wait=30"), 403);
        problem(alice.get("/pipeline/job/019bc6ec-0000-7000-8000-000000000000", "Prefer", "wait=30"), 404);
        assertThat(since(start)).isLessThan(Duration.ofSeconds(10));
        cancel(id);
    }

    @Test
    void manyWaitsBlockNoOtherCaller() throws Exception {
        // Without an outbox row, it waits until it is cancelled.
        String id = database.queryForObject(
                "INSERT INTO jobs (id, user_id, content, preset, priority, lang)"
                        + " VALUES (uuid_v7(), ?, 'The sea.', 'quick_social', 'low', 'en') RETURNING cast(id AS text)",
                String.class,
                alice.id());
        List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
        // More than the request threads of the web server and of Camel.
        for (int i = 0; i < 300; i++) {
            waiting.add(waitFor(id, 60));
        }
        assertThat(User.of(port, "bob").submit(ECHO).statusCode()).isEqualTo(202);
        assertThat(waiting).as("waits held while the other caller was answered").noneMatch(CompletableFuture::isDone);
        cancel(id);
        for (CompletableFuture<HttpResponse<String>> answer : waiting) {
            assertThat(answer.get().statusCode()).isEqualTo(200);
        }
    }

    private CompletableFuture<HttpResponse<String>> waitFor(String id, int seconds) {
        return CLIENT.sendAsync(
                alice.request("/pipeline/job/" + id)
                        .timeout(Duration.ofSeconds(seconds + 10))
                        .header("Prefer", "wait=" + seconds)
                        .build(),
                BodyHandlers.ofString());
    }

    /** Cancels the job and returns the {@link System#nanoTime()} just before. */
    private long cancel(String id) throws Exception {
        long now = System.nanoTime();
        assertThat(send(alice.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        return now;
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }
}
