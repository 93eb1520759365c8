package com.aiprod.pipeline.system.webhooks;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.docs.OpenApi;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** The webhook that reports a job's end, as a real HTTP server receives it. */
@SystemTest
class WebhookIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private final BlockingQueue<Call> calls = new LinkedBlockingQueue<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean failing;
    private HttpServer receiver;
    private User alice;

    private record Call(String path, String contentType, String id, long timestamp, String signature, String body) {}

    @BeforeEach
    void startReceiver() throws IOException {
        alice = User.of(port, "alice");
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(threads);
        receiver.createContext("/", this::answer);
        receiver.start();
    }

    @AfterEach
    void stopReceiver() {
        over.countDown();
        receiver.stop(0);
        threads.shutdownNow();
    }

    /** Responds with the last number in the path as the status. {@code /slow} sends its head byte by byte. */
    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        var headers = exchange.getRequestHeaders();
        String path = exchange.getRequestURI().getPath();
        calls.add(new Call(
                path,
                headers.getFirst("Content-Type"),
                headers.getFirst("webhook-id"),
                Long.parseLong(headers.getFirst("webhook-timestamp")),
                headers.getFirst("webhook-signature"),
                body));
        if (path.equals("/hang")) {
            try {
                over.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return;
        }
        int status = path.equals("/failing")
                ? (failing ? 503 : 204)
                : Integer.parseInt(path.substring(path.lastIndexOf('/') + 1));
        exchange.getResponseHeaders().set("Location", url("/204"));
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    @Test
    void sendsASignedEvent() throws Exception {
        String secret = json(alice.get("/webhook/secret")).path("secret").asText();
        String job = submit("none", "/hook/204");
        JsonNode ended = alice.await(job, "COMPLETED");

        Call call = next();
        assertThat(call.path()).isEqualTo("/hook/204");
        assertThat(call.contentType()).startsWith("application/json");
        assertThat(call.id()).startsWith("msg_");
        assertThat(call.timestamp())
                .isBetween(Instant.now().getEpochSecond() - 30, Instant.now().getEpochSecond() + 1);
        assertThat(call.signature()).isEqualTo(signature(secret, call));
        JsonNode told = JSON.readTree(call.body());
        assertThat(told.path("type").asText()).isEqualTo("job.completed");
        assertThat(told.path("timestamp")).isEqualTo(ended.path("completed_at"));
        assertThat(told.path("data")).isEqualTo(ended);
        assertThat(OpenApi.faults("/components/schemas/JobEnded", told)).isEmpty();

        JsonNode delivery = delivery(job, "delivered");
        assertThat(call.id()).isEqualTo("msg_" + delivery.path("delivery_id").asText());
        assertThat(delivery.path("attempts").asInt()).isOne();
        assertThat(delivery.path("last_response_status").asInt()).isEqualTo(204);
        assertThat(delivery.path("url").asText()).isEqualTo(url("/hook/204"));
        assertThat(calls).isEmpty();
    }

    @Test
    void reportsFailuresAndCancellations() throws Exception {
        String failed = submit("fail permanently", "/200");
        assertThat(JSON.readTree(next().body()).path("type").asText()).isEqualTo("job.failed");
        delivery(failed, "delivered");
        String cancelled = submit("hang", "/200");
        alice.await(cancelled, "PROCESSING");
        send(alice.request("/pipeline/job/" + cancelled + "/cancel").POST(BodyPublishers.noBody()));
        assertThat(JSON.readTree(next().body()).path("type").asText()).isEqualTo("job.cancelled");
        delivery(cancelled, "delivered");
    }

    @Test
    void retriesAFailedDeliveryWithTheSameBody() throws Exception {
        String job = submit("none", "/500");
        Call first = next();
        JsonNode delivery = awaitAttempts(job, 1);
        assertThat(delivery.path("status").asText()).isEqualTo("pending");
        assertThat(delivery.path("last_response_status").asInt()).isEqualTo(500);
        assertThat(delivery.path("last_error").asText()).isEqualTo("The response status was 500.");
        makeDue(job);
        Call second = next();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.body()).isEqualTo(first.body());
        String secret = json(alice.get("/webhook/secret")).path("secret").asText();
        assertThat(second.signature()).isEqualTo(signature(secret, second));
        awaitAttempts(job, 2);
    }

    @Test
    void followsNoRedirect() throws Exception {
        String job = submit("none", "/302");
        assertThat(next().path()).isEqualTo("/302");
        assertThat(awaitAttempts(job, 1).path("last_error").asText())
                .isEqualTo("The response status was 302, and redirects are not followed.");
        assertThat(calls).isEmpty();
    }

    @Test
    void timesOutWhenTheReceiverDoesNotAnswer() throws Exception {
        String job = submit("none", "/hang");
        next();
        assertThat(awaitAttempts(job, 1).path("last_error").asText()).isEqualTo("No response within 2 s.");
    }

    @Test
    void retriesARefusedConnection() throws Exception {
        String gone = url("/204");
        receiver.stop(0);
        String job = json(alice.submit(body("none", gone))).path("job_id").asText();
        assertThat(awaitAttempts(job, 1).path("last_error").asText()).isEqualTo("The connection was refused.");
        assertThat(awaitAttempts(job, 1).path("last_response_status").isNull()).isTrue();
    }

    @Test
    void redeliversOnRequest() throws Exception {
        String job = submit("none", "/204");
        Call first = next();
        String delivery = delivery(job, "delivered").path("delivery_id").asText();
        String again = "/pipeline/job/" + job + "/deliveries/" + delivery + "/redeliver";

        problem(send(User.of(port, "bob").request(again).POST(BodyPublishers.noBody())), 403);
        HttpResponse<String> answer = send(alice.request(again).POST(BodyPublishers.noBody()));
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(json(answer).path("delivery_id").asText()).isEqualTo(delivery);
        assertThat(json(answer).path("status").asText()).isEqualTo("pending");
        Call second = next();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(delivery(job, "delivered").path("attempts").asInt()).isEqualTo(2);

        for (String unknown : List.of(UUID.randomUUID().toString(), "1-1")) {
            problem(
                    send(alice.request("/pipeline/job/" + job + "/deliveries/" + unknown + "/redeliver")
                            .POST(BodyPublishers.noBody())),
                    404);
        }
        problem(User.of(port, "bob").get("/pipeline/job/" + job + "/deliveries"), 403);
    }

    @Test
    void rejectsARedeliveryOfADeliveryInProgress() throws Exception {
        String job = submit("none", "/hang");
        next();
        problem(redeliver(job, delivery(job, "pending").path("delivery_id").asText()), 409);
    }

    @Test
    void redeliversAWaitingDeliveryAtOnce() throws Exception {
        String job = submit("none", "/500");
        next();
        String delivery = awaitAttempts(job, 1).path("delivery_id").asText();
        long asked = System.nanoTime();
        assertThat(redeliver(job, delivery).statusCode()).isEqualTo(202);
        next();
        // Without the request, the retry would wait about 5 s.
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(4));
    }

    private HttpResponse<String> redeliver(String job, String delivery) throws Exception {
        return send(alice.request("/pipeline/job/" + job + "/deliveries/" + delivery + "/redeliver")
                .POST(BodyPublishers.noBody()));
    }

    /**
     * 600 deliveries of Alice and 10 of each of 50 other users go to a receiver that accepts and never answers. In order
     * of age alone, 32 senders would take over a minute to reach Bob's delivery.
     */
    @Test
    void hangingReceiversDelayNoOtherUser() throws Exception {
        try (ServerSocket tarpit = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress())) {
            String url = "http://127.0.0.1:" + tarpit.getLocalPort() + "/";
            backlog(alice.id(), 600, 1, url);
            backlog("dead-" + UUID.randomUUID(), 500, 50, url);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> database.queryForObject(
                                    "SELECT count(*) FROM deliveries WHERE turn = 'sending' AND url = ?",
                                    Integer.class,
                                    url)
                            >= 12);
            User bob = User.of(port, "bob");
            long ended = System.nanoTime();
            String job =
                    json(bob.submit(body("none", url("/204")))).path("job_id").asText();
            assertThat(next().body()).contains(job);
            assertThat(Duration.ofNanos(System.nanoTime() - ended)).isLessThan(Duration.ofSeconds(20));
        } finally {
            database.update("DELETE FROM jobs WHERE content = 'A backlog'");
        }
    }

    private void backlog(String user, int deliveries, int users, String url) {
        database.update("""
                        WITH job AS (
                            INSERT INTO jobs (id, user_id, state, content, preset, priority, lang, duration_sec,
                                              completed_at)
                            SELECT uuid_v7(), ? || CASE WHEN ? > 1 THEN '-' || n % ? ELSE '' END, 'CANCELLED',
                                   'A backlog', 'quick_social', 'low', 'en', 10, now()
                            FROM generate_series(1, ?) AS n
                            RETURNING id, user_id
                        ), secret AS (
                            INSERT INTO webhook_secrets (user_id) SELECT DISTINCT user_id FROM job
                            ON CONFLICT DO NOTHING
                        )
                        INSERT INTO deliveries (job_id, user_id, type, url, body)
                        SELECT id, user_id, 'job.cancelled', ?, '{}' FROM job
                        """, user, users, users, deliveries, url);
    }

    @Test
    void pausesAFailingReceiverUntilItRecovers() throws Exception {
        failing = true;
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            jobs.add(submit("none", "/failing"));
        }
        for (int i = 0; i < 3; i++) {
            next();
        }
        JsonNode paused = Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> deliveriesOf(jobs),
                        all -> all.stream()
                                        .filter(it -> it.path("paused").asBoolean())
                                        .count()
                                >= 3)
                .stream()
                .filter(it -> it.path("paused").asBoolean())
                .findFirst()
                .orElseThrow();
        assertThat(paused.path("status").asText()).isEqualTo("pending");
        assertThat(paused.path("attempts").asInt()).isZero();
        assertThat(calls).isEmpty();

        failing = false;
        String job = database.queryForObject(
                "SELECT job_id::text FROM deliveries WHERE id = ?::uuid",
                String.class,
                paused.path("delivery_id").asText());
        assertThat(redeliver(job, paused.path("delivery_id").asText()).statusCode())
                .isEqualTo(202);
        for (int i = 0; i < 3; i++) {
            next();
        }
        delivery(job, "delivered");
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(() -> deliveriesOf(jobs).stream()
                        .noneMatch(it -> it.path("paused").asBoolean()));
    }

    private List<JsonNode> deliveriesOf(List<String> jobs) throws Exception {
        List<JsonNode> all = new ArrayList<>();
        for (String job : jobs) {
            json(alice.get("/pipeline/job/" + job + "/deliveries"))
                    .path("deliveries")
                    .forEach(all::add);
        }
        return all;
    }

    @Test
    void signsWithBothSecretsAfterARotation() throws Exception {
        String old = json(alice.get("/webhook/secret")).path("secret").asText();
        HttpResponse<String> rotation =
                send(alice.request("/webhook/secret/rotate").POST(BodyPublishers.noBody()));
        JsonNode rotated = json(rotation);
        assertThat(rotation.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(rotated.path("previous_secret_expires_at").isNull()).isFalse();
        assertThat(json(alice.get("/webhook/secret"))).isEqualTo(rotated);

        submit("none", "/204");
        Call call = next();
        assertThat(List.of(call.signature().split(" ")))
                .containsExactly(signature(rotated.path("secret").asText(), call), signature(old, call));
    }

    @Test
    void revokesALeakedSecret() throws Exception {
        alice.get("/webhook/secret");
        for (int i = 0; i < 4; i++) {
            assertThat(rotate("?previous=keep").statusCode()).isEqualTo(200);
        }
        assertThat(problem(rotate(""), 409).path("detail").asText()).contains("previous=revoke");
        assertThat(User.faults(rotate("?previous=none"))).containsExactly("previous: must be one of keep, revoke");
        assertThat(User.faults(rotate("?previos=revoke")))
                .containsExactly("previos: is not a parameter of this request");
        JsonNode rotated = json(rotate("?previous=revoke"));
        assertThat(rotated.path("previous_secret_expires_at").isNull()).isTrue();
        submit("none", "/204");
        Call call = next();
        assertThat(call.signature()).isEqualTo(signature(rotated.path("secret").asText(), call));
    }

    private HttpResponse<String> rotate(String query) throws Exception {
        return send(alice.request("/webhook/secret/rotate" + query).POST(BodyPublishers.noBody()));
    }

    @Test
    void rejectsAnInvalidCallbackUrl() throws Exception {
        assertThat(User.faults(alice.submit(body("none", "ftp://example.com/"))))
                .containsExactly("callback_url: must begin with https://");
    }

    @Test
    void listsNoDeliveriesWithoutACallback() throws Exception {
        String job = alice.start("none");
        alice.await(job, "COMPLETED");
        HttpResponse<String> answer = alice.get("/pipeline/job/" + job + "/deliveries");
        assertThat(json(answer)).isEqualTo(JSON.readTree("{\"deliveries\": [], \"count\": 0}"));
    }

    private String url(String path) {
        return "http://127.0.0.1:" + receiver.getAddress().getPort() + path;
    }

    private static String body(String script, String url) {
        return "{\"content\":\"A tide.\",\"metadata\":{\"script\":\"%s\"},\"callback_url\":\"%s\"}"
                .formatted(script, url);
    }

    private String submit(String script, String path) throws Exception {
        HttpResponse<String> answer = alice.submit(body(script, url(path)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer).path("job_id").asText();
    }

    private Call next() throws InterruptedException {
        Call call = calls.poll(20, TimeUnit.SECONDS);
        assertThat(call).as("a call within 20 s").isNotNull();
        return call;
    }

    private void makeDue(String job) {
        database.update(
                "UPDATE deliveries SET next_attempt_at = now() WHERE job_id = ?::uuid AND status = 'pending'", job);
    }

    private JsonNode awaitAttempts(String job, int attempts) {
        return awaitDelivery(
                job,
                it -> it.path("attempts").asInt() == attempts
                        && !it.path("last_error").isNull());
    }

    private JsonNode delivery(String job, String status) {
        return awaitDelivery(job, it -> it.path("status").asText().equals(status));
    }

    private JsonNode awaitDelivery(String job, java.util.function.Predicate<JsonNode> wanted) {
        List<JsonNode> found = new ArrayList<>();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    JsonNode list = json(alice.get("/pipeline/job/" + job + "/deliveries"));
                    found.clear();
                    list.path("deliveries").forEach(found::add);
                    return found.size() == 1 && list.path("count").asInt() == 1 && wanted.test(found.get(0));
                });
        return found.get(0);
    }

    /** Computed as the Standard Webhooks specification says, without the code under test. */
    private static String signature(String secret, Call call) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.replaceFirst("^whsec_", "")), "HmacSHA256"));
        byte[] hash =
                mac.doFinal((call.id() + "." + call.timestamp() + "." + call.body()).getBytes(StandardCharsets.UTF_8));
        return "v1," + Base64.getEncoder().encodeToString(hash);
    }
}
