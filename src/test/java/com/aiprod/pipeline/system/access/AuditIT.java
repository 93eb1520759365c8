package com.aiprod.pipeline.system.access;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The audit log has one line for each call. */
@SystemTest
class AuditIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @LocalServerPort
    private int port;

    private final Logger logger = (Logger) LoggerFactory.getLogger("aiprod.audit");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private User alice;

    @BeforeEach
    void captureAuditLog() {
        lines.start();
        logger.addAppender(lines);
        alice = User.of(port, "alice");
    }

    @AfterEach
    void stopCapture() {
        logger.detachAppender(lines);
    }

    @Test
    void logsWhichOperatorLookedAtWhoseJob() throws Exception {
        String job = alice.start("");
        User root = User.admin(port, "root");
        assertThat(root.get("/admin/jobs/" + job, "X-Request-Id", "look-1").statusCode())
                .isEqualTo(200);
        JsonNode line = line("look-1");
        assertThat(line.path("user").asText()).isEqualTo(root.id());
        assertThat(line.path("route").asText()).isEqualTo("/admin/jobs/{job_id}");
        assertThat(line.path("job_id").asText()).isEqualTo(job);

        root.get("/admin/jobs/" + job + "/artifacts/video.mp4", "X-Request-Id", "look-2");
        JsonNode file = line("look-2");
        assertThat(file.path("user").asText()).isEqualTo(root.id());
        assertThat(file.path("route").asText()).isEqualTo("/admin/jobs/{job_id}/artifacts/{name}");
        assertThat(file.path("job_id").asText()).isEqualTo(job);
    }

    @Test
    void logsASubmissionAndTheCallsThatFollow() throws Exception {
        HttpResponse<String> answer =
                alice.submit("{\"content\":\"A secret tide.\"}", "X-Request-Id", "order-1", "Prefer", "wait=1");
        String job = answer.headers().firstValue("Location").orElseThrow().substring("/pipeline/job/".length());
        JsonNode line = line("order-1");
        assertThat(User.names(line))
                .containsExactlyInAnyOrder(
                        "at", "user", "method", "route", "path", "job_id", "address", "status", "ms", "request_id");
        assertThat(line.path("user").asText()).isEqualTo(alice.id());
        assertThat(line.path("method").asText()).isEqualTo("POST");
        assertThat(line.path("route").asText()).isEqualTo("/pipeline/run");
        assertThat(line.path("path").asText()).isEqualTo("/pipeline/run");
        assertThat(line.path("job_id").asText()).isEqualTo(job);
        assertThat(line.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(line.path("status").asInt()).isEqualTo(answer.statusCode());
        assertThat(line.path("ms").isIntegralNumber()).isTrue();
        assertThat(line.toString()).doesNotContain("secret");
        assertThat(lines.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .contains("POST /pipeline/run " + answer.statusCode() + " by " + alice.id());

        alice.await(job, "COMPLETED");
        alice.follow(job, "X-Request-Id", "order-2").awaitEnd();
        JsonNode stream = line("order-2");
        assertThat(stream.path("route").asText()).isEqualTo("/pipeline/job/{job_id}/events");
        assertThat(stream.path("job_id").asText()).isEqualTo(job);
        assertThat(stream.path("status").asInt()).isEqualTo(200);
    }

    @Test
    void logsRejectedCallsWithoutTheirTokens() throws Exception {
        HttpRequest.Builder call = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + "/pipeline/jobs?status=QUEUED&access_token=hidden"))
                .header("Authorization", "Bearer hidden.hidden.hidden")
                .header("X-Request-Id", "refused-1");
        assertThat(User.send(call).statusCode()).isEqualTo(401);
        JsonNode line = line("refused-1");
        assertThat(line.path("status").asInt()).isEqualTo(401);
        assertThat(line.has("user")).isFalse();
        assertThat(line.path("path").asText()).isEqualTo("/pipeline/jobs");
        assertThat(line.toString()).doesNotContain("hidden");

        assertThat(alice.get("/admin/stats", "X-Request-Id", "refused-2").statusCode())
                .isEqualTo(403);
        assertThat(line("refused-2").path("user").asText()).isEqualTo(alice.id());
        String unknown = UUID.randomUUID().toString();
        assertThat(alice.get("/pipeline/job/" + unknown, "X-Request-Id", "refused-3")
                        .statusCode())
                .isEqualTo(404);
        assertThat(line("refused-3").path("job_id").asText()).isEqualTo(unknown);
        assertThat(alice.get("/nothing/%22%0a", "X-Request-Id", "refused-4").statusCode())
                .isIn(400, 404);
        assertThat(line("refused-4").has("route")).isFalse();
    }

    @Test
    void ignoresForwardedAddressHeaders() throws Exception {
        HttpRequest.Builder call = alice.request("/presets")
                .header("X-Request-Id", "forwarded-1")
                .header("X-Forwarded-For", "203.0.113.9")
                .header("X-Real-IP", "203.0.113.9")
                .header("Forwarded", "for=203.0.113.9");
        assertThat(User.send(call).statusCode()).isEqualTo(200);
        assertThat(line("forwarded-1").path("address").asText()).isEqualTo("127.0.0.1");
    }

    /** Waits for the request's only line, which is written after the response is sent. */
    private JsonNode line(String requestId) {
        Awaitility.await().until(() -> lines(requestId).size() == 1);
        return lines(requestId).get(0);
    }

    private List<JsonNode> lines(String requestId) {
        return List.copyOf(lines.list).stream()
                .map(AuditIT::fields)
                .filter(line -> line.path("request_id").asText().equals(requestId))
                .toList();
    }

    /** The line's fields in the structured log: its own and those of the log context. No field is in both. */
    private static JsonNode fields(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>(event.getMDCPropertyMap());
        event.getKeyValuePairs()
                .forEach(pair -> assertThat(fields.put(pair.key, pair.value))
                        .as(pair.key)
                        .isNull());
        return JSON.valueToTree(fields);
    }
}
