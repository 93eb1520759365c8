package com.aiprod.pipeline.system.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.docs.OpenApi;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A hostile client gets only clear rejections: never a 5xx, never a hang, never another user's data,
 * and every response matches openapi.yaml. {@code -Dfuzz.seconds=600 -Dfuzz.seed=7} runs longer and with another
 * seed.
 */
@SystemTest
class FuzzIT {

    private static final Logger LOG = LoggerFactory.getLogger(FuzzIT.class);
    private static final long SEED = Long.getLong("fuzz.seed", 20260116L);
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("fuzz.seconds", 40));
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String SECRET = "a-secret-of-alice";
    private static final Pattern LEAKS =
            Pattern.compile("root:x:0|at com\\.aiprod|org\\.(postgresql|apache)|SQLException");

    /** Not Implemented and HTTP Version Not Supported are the right responses to some requests. */
    private static final List<Integer> RIGHT_SERVER_ERRORS = List.of(501, 505);

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private User alice;
    private User mallory;
    private User root;
    private JsonNode before;

    @BeforeEach
    void createUsers() throws Exception {
        LOG.info("Fuzzing for {} with -Dfuzz.seed={}", TIME, SEED);
        alice = User.of(port, SECRET);
        mallory = User.of(port, "mallory");
        root = User.admin(port, "root");
        String body = "{\"content\":\"%s\",\"metadata\":{\"a\":\"%s\"}}".formatted(SECRET, SECRET);
        String id = User.json(alice.submit(body)).path("job_id").asText();
        before = alice.await(id, "COMPLETED");
    }

    @AfterEach
    void checkNothingChanged() throws Exception {
        assertThat(alice.job(before.path("job_id").asText())).isEqualTo(before);
        assertThat(User.json(alice.get("/pipeline/jobs")).path("count").asInt()).isOne();
        mallory.await(mallory.start("none"), "COMPLETED");
        // Accepted jobs end before the next test class starts.
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> database.queryForObject(
                                "SELECT count(*) FROM jobs WHERE user_id IN (?, ?) AND completed_at IS NULL",
                                Integer.class,
                                mallory.id(),
                                root.id())
                        == 0);
    }

    @Test
    void rejectsAlmostValidRequests() throws Exception {
        Random random = new Random(SEED);
        String mine = mallory.start("none");
        List<String> ids =
                List.of(mine, before.path("job_id").asText(), mine.toUpperCase(Locale.ROOT), new UUID(0, 0).toString());
        String admin = DevelopmentTokens.token(root.id(), "admin");
        HostileClient hostile = new HostileClient(
                random, port, ids, List.of(DevelopmentTokens.token(mallory.id()), admin, admin, "", "a.b.c"));
        Map<Integer, Integer> statuses = new TreeMap<>();
        long until = System.nanoTime() + TIME.toNanos() * 2 / 3;
        int requests = 0;
        Findings findings = new Findings();
        while (System.nanoTime() < until) {
            requests++;
            HttpRequest request = hostile.next();
            try {
                HttpResponse<String> answer = send(request);
                statuses.merge(answer.statusCode(), 1, Integer::sum);
                OpenApi.check(answer);
                assertThat(answer.statusCode()).isLessThan(500);
                assertThat(LEAKS.matcher(answer.body()).find())
                        .as(answer.body())
                        .isFalse();
                if (!request.headers().map().toString().contains(admin)) {
                    assertThat(answer.body() + answer.headers().map()).doesNotContain(SECRET);
                }
            } catch (IOException | AssertionError e) {
                findings.add(
                        e,
                        "request %d: %s %s"
                                .formatted(requests, request, request.headers().map()));
            }
        }
        LOG.info("{} requests: {}", requests, statuses);
        findings.none();
        assertThat(statuses.keySet()).contains(200, 202, 400, 401, 403, 404, 405);
    }

    /** A server may close a kept-alive connection at any time (RFC 9112, 9.5). Closing the new one too is a finding. */
    private static HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        try {
            return CLIENT.send(request, BodyHandlers.ofString());
        } catch (HttpTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return CLIENT.send(request, BodyHandlers.ofString());
        }
    }

    @Test
    void rejectsBytesThatAreHardlyHttp() throws Exception {
        Garbage garbage = new Garbage(
                new Random(SEED),
                DevelopmentTokens.token(mallory.id()),
                before.path("job_id").asText());
        Map<String, Integer> outcomes = new TreeMap<>();
        long until = System.nanoTime() + TIME.toNanos() / 3;
        int requests = 0;
        Findings findings = new Findings();
        while (System.nanoTime() < until) {
            requests++;
            byte[] request = garbage.next();
            try {
                outcomes.merge(answerTo(request), 1, Integer::sum);
            } catch (IOException | AssertionError e) {
                findings.add(e, "garbage %d: %s".formatted(requests, new String(request, StandardCharsets.ISO_8859_1)));
            }
        }
        LOG.info("{} garbage requests: {}", requests, outcomes);
        findings.none();
        assertThat(outcomes.keySet()).contains("200", "400", "404");
    }

    /** Sends only these bytes. Returns the status code, or that the server closed the connection. */
    private String answerTo(byte[] request) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout((int) HostileClient.PATIENCE.toMillis());
            socket.getOutputStream().write(request);
            socket.shutdownOutput();
            socket.getInputStream().transferTo(read);
        } catch (SocketException e) {
            // The server closed the connection with input unread. The response up to here counts.
            LOG.debug("Garbage was cut off", e);
        }
        String answer = read.toString(StandardCharsets.ISO_8859_1);
        if (answer.isEmpty()) {
            return "closed";
        }
        if (answer.startsWith("{")) {
            assertThat(answer).doesNotContain(SECRET);
            return "HTTP/0.9";
        }
        assertThat(answer).matches("(?s)HTTP/1\\.1 [1-5]\\d\\d .*");
        int status = Integer.parseInt(answer.substring(9, 12));
        assertThat(status < 500 || RIGHT_SERVER_ERRORS.contains(status))
                .as(answer)
                .isTrue();
        assertThat(answer).doesNotContain(SECRET).doesNotContainIgnoringCase("tomcat", "<html");
        // Tomcat sends these before any code of the application runs.
        boolean ofTheServer = new String(request, StandardCharsets.ISO_8859_1).startsWith("OPTIONS *");
        if (status >= 400 && !ofTheServer) {
            assertThat(answer).containsIgnoringCase("X-Request-Id: ").contains("application/problem+json");
        }
        return String.valueOf(status);
    }

    /** One example of each kind of failure, so that one run reports all kinds. */
    private static final class Findings {

        private final Map<String, String> examples = new TreeMap<>();

        void add(Throwable fault, String request) {
            // IDs and numbers do not make a kind.
            String kind = String.valueOf(fault.getMessage()).replaceAll("[0-9a-fA-F-]{8,}|[0-9]{4,}", "#");
            examples.putIfAbsent(
                    kind.substring(0, Math.min(200, kind.length())), "%s%n  with %s".formatted(fault, request));
        }

        void none() {
            assertThat(examples.values()).as("with -Dfuzz.seed=%d", SEED).isEmpty();
        }
    }
}
