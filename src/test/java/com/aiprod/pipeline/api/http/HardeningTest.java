package com.aiprod.pipeline.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.TestPropertySource;

/** Slow, large, and cross-origin requests to an edge with few threads and short timeouts. */
@EdgeTest
@TestPropertySource(
        properties = {
            "aiprod.api.cors-origins=https://app.example.com,https://other.example.com",
            "aiprod.api.body-timeout=1s",
            "server.tomcat.connection-timeout=2s",
            "server.tomcat.threads.max=4",
            "server.tomcat.threads.min-spare=4",
            "server.forward-headers-strategy=native"
        })
class HardeningTest {

    private static final Logger LOG = LoggerFactory.getLogger(HardeningTest.class);
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final int THREADS = 4;

    @LocalServerPort
    private int port;

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final List<Socket> sockets = new ArrayList<>();
    private final List<Future<?>> drips = new ArrayList<>();

    @AfterEach
    void closeConnections() throws IOException {
        drips.forEach(drip -> drip.cancel(true));
        clock.shutdownNow();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void auditsTheAddressFromATrustedProxy() throws Exception {
        var audit = (ch.qos.logback.classic.Logger) LoggerFactory.getLogger("aiprod.audit");
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        lines.start();
        audit.addAppender(lines);
        try {
            // The client may forge the first address; the proxy appends the real one.
            HttpRequest call = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/pipeline/me"))
                    .header("Authorization", "Bearer " + DevelopmentTokens.token("ann"))
                    .header("X-Forwarded-For", "198.51.100.1, 203.0.113.9")
                    .build();
            assertThat(CLIENT.send(call, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
            Awaitility.await()
                    .until(() -> List.copyOf(lines.list).stream()
                            .map(line -> line.getKeyValuePairs().toString())
                            .anyMatch(fields -> fields.contains("user=\"ann\"")
                                    && fields.contains("route=\"/pipeline/me\"")
                                    && fields.contains("address=\"203.0.113.9\"")));
        } finally {
            audit.detachAppender(lines);
        }
    }

    @Test
    void timesOutASlowBody() throws Exception {
        String head =
                "POST /pipeline/run HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999\r\n";
        Socket withToken = open(head + "Authorization: Bearer " + DevelopmentTokens.token("alice") + "\r\n\r\n");
        drip(withToken);
        assertThat(readToTheEnd(withToken)).startsWith("HTTP/1.1 408 ").contains("/problems/request-timeout");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 9999\r\n\r\n{", "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"})
    void rejectsAnIncompleteBody(String body) throws Exception {
        String head =
                "POST /pipeline/run HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer "
                        + DevelopmentTokens.token("alice") + "\r\n" + body;
        assertThat(readToTheEnd(open(head)))
                .startsWith("HTTP/1.1 408 ")
                .contains("/problems/request-timeout", "The body stopped arriving");
        Socket gone = open(head);
        gone.shutdownOutput();
        assertThat(readToTheEnd(gone)).startsWith("HTTP/1.1 400 ").contains("/problems/invalid-request");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "POST /pipeline/run HTTP/1.1\r\nContent-Length: 9999",
                "POST /pipeline/run HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfff",
                "PUT /pipeline/run HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999"
            })
    void slowBodiesWithoutATokenBlockNoOtherCaller(String start) throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            Socket socket = open(start.replace("HTTP/1.1\r\n", "HTTP/1.1\r\nHost: x\r\n") + "\r\n\r\n");
            drip(socket);
            slow.add(socket);
        }
        for (Socket socket : slow) {
            assertThat(readToTheEnd(socket)).startsWith("HTTP/1.1 401 ");
        }
        assertAnswersSoon();
    }

    @Test
    void keepsTheConnectionAfterARejectedBody() throws Exception {
        String body = "x".repeat(100_000);
        String head = "POST /pipeline/run HTTP/1.1\r\nHost: x\r\nContent-Length: " + body.length() + "\r\n";
        Socket socket = open(head + "\r\n" + body + head + "Connection: close\r\n\r\n" + body);
        assertThat(readToTheEnd(socket).split("HTTP/1.1 401 ", -1)).hasSize(3);
    }

    @Test
    void slowHeadersBlockNoThread() throws Exception {
        for (int i = 0; i < 10 * THREADS; i++) {
            drip(open("GET /pipeline/jobs HTTP/1.1\r\nHost: x\r\nX-Slow: "));
        }
        assertAnswersSoon();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /pipel", "GET /pipeline/jobs HTTP/1.1\r\nHost: x\r\n"})
    void closesASilentConnection(String request) throws Exception {
        long start = System.nanoTime();
        readToTheEnd(open(request));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    }

    @ParameterizedTest
    @ValueSource(ints = {17 * 1024, 100 * 1024})
    void rejectsALongHeader(int length) throws Exception {
        Socket socket = open("GET /presets HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(length) + "\r\n\r\n");
        assertThat(readToTheEnd(socket)).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @Test
    void rejectsTooManyHeaders() throws Exception {
        Socket socket = open("GET /presets HTTP/1.1\r\nHost: x\r\n" + "X-Many: x\r\n".repeat(200) + "\r\n");
        assertThat(readToTheEnd(socket)).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @Test
    void sendsHstsOverHttpsOnly() throws Exception {
        String header = "Strict-Transport-Security";
        assertThat(CLIENT.send(get("/docs").header("X-Forwarded-Proto", "https").build(), BodyHandlers.ofString())
                        .headers()
                        .firstValue(header))
                .hasValueSatisfying(value -> assertThat(value).contains("max-age=31536000"));
        assertThat(CLIENT.send(get("/docs").build(), BodyHandlers.ofString())
                        .headers()
                        .firstValue(header))
                .isEmpty();
    }

    @Test
    void allowsTheConfiguredOrigins() throws Exception {
        HttpResponse<String> may = preflight("https://app.example.com", "DELETE", "authorization,prefer");
        assertThat(may.statusCode()).isEqualTo(200);
        assertThat(may.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://app.example.com");
        assertThat(may.headers().firstValue("Access-Control-Allow-Headers")).hasValue("authorization, prefer");
        assertThat(may.headers().firstValue("Access-Control-Allow-Credentials")).isEmpty();

        HttpResponse<String> answer = CLIENT.send(
                get("/pipeline/me")
                        .header("Origin", "https://other.example.com")
                        .header("Authorization", "Bearer " + DevelopmentTokens.token("alice"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).hasValue("https://other.example.com");
        assertThat(answer.headers().firstValue("Access-Control-Expose-Headers"))
                .get()
                .asString()
                .contains("Location", "Retry-After", "X-Request-Id");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example.com", "http://app.example.com", "https://app.example.com.evil.com", "null"
            })
    void rejectsOtherOrigins(String origin) throws Exception {
        HttpResponse<String> refusal = preflight(origin, "GET", "authorization");
        assertThat(refusal.statusCode()).isEqualTo(403);
        assertThat(refusal.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(refusal.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
        HttpResponse<String> answer =
                CLIENT.send(get("/openapi.json").header("Origin", origin).build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
    }

    private void assertAnswersSoon() throws Exception {
        HttpRequest honest = get("/openapi.json").timeout(Duration.ofSeconds(3)).build();
        assertThat(CLIENT.send(honest, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> preflight(String origin, String method, String headers) throws Exception {
        HttpRequest request = get("/pipeline/job/1")
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", origin)
                .header("Access-Control-Request-Method", method)
                .header("Access-Control-Request-Headers", headers)
                .build();
        return CLIENT.send(request, BodyHandlers.ofString());
    }

    private HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private Socket open(String start) throws IOException {
        Socket socket = new Socket("localhost", port);
        sockets.add(socket);
        socket.setSoTimeout(8_000);
        socket.getOutputStream().write(start.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Sends a byte at intervals well below the container's timeout, until the server closes the connection. */
    private void drip(Socket socket) {
        drips.add(clock.scheduleWithFixedDelay(
                () -> {
                    try {
                        socket.getOutputStream().write('x');
                    } catch (IOException e) {
                        LOG.debug("Hung up on", e);
                        throw new IllegalStateException("No more drops", e);
                    }
                },
                200,
                200,
                TimeUnit.MILLISECONDS));
    }

    /** Reads until the server closes the connection. Fails if it does not. */
    private static String readToTheEnd(Socket socket) throws IOException {
        StringBuilder answer = new StringBuilder();
        byte[] buffer = new byte[4096];
        try {
            for (int n = socket.getInputStream().read(buffer);
                    n >= 0;
                    n = socket.getInputStream().read(buffer)) {
                answer.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
        } catch (SocketException e) {
            // A reset also ends the connection.
            LOG.debug("Hung up on", e);
        }
        return answer.toString();
    }
}
