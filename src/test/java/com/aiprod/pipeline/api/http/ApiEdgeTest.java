package com.aiprod.pipeline.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Everything in front of the routes, over real HTTP with real tokens. A few routes echo what they receive. */
@EdgeTest
class ApiEdgeTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final ObjectMapper JSON = new ObjectMapper();

    @LocalServerPort
    private int port;

    @Test
    void takesTheUserFromTheTokenOnly() throws Exception {
        HttpResponse<String> answer = send(get("/pipeline/jobs?limit=5&user_id=mallory&userId=mallory&CamelSqlQuery=x")
                .header("X-User-Id", "mallory")
                .header("user_id", "mallory")
                .header("CamelSqlQuery", "drop")
                .header("Cookie", "session=1")
                .header("limit", "99")
                .header("X-Request-Id", "mine-1"));
        assertThat(answer.statusCode()).isEqualTo(200);
        JsonNode seen = JSON.readTree(answer.body());
        assertThat(seen.path("userId").asText()).isEqualTo("alice");
        assertThat(seen.path("admin").asBoolean(true)).isFalse();
        assertThat(seen.path("requestId").asText()).isEqualTo("mine-1");
        assertThat(seen.path("mdc").asText()).isEqualTo("mine-1");
        assertThat(seen.path("query").isNull()).isTrue();
        List<String> headers = new ArrayList<>();
        seen.path("headers").fieldNames().forEachRemaining(headers::add);
        // The client of Java 17 sends Content-Length with a GET; later clients do not.
        assertThat(headers).contains("limit").isSubsetOf("limit", "host", "content-length");
        assertThat(seen.path("headers").path("limit").asText()).isEqualTo("5");
    }

    /** In chunks, it would take two writes to the socket. */
    @Test
    void answersInOnePiece() throws Exception {
        HttpResponse<String> answer = send(get("/pipeline/me"));
        assertThat(answer.headers().firstValueAsLong("Content-Length"))
                .hasValue(answer.body().getBytes(StandardCharsets.UTF_8).length);
        assertThat(answer.headers().firstValue("Transfer-Encoding")).isEmpty();
    }

    @Test
    void hidesFromSpringTheHeadersThatItWouldActOn() throws Exception {
        HttpResponse<String> options = send(authorized("/pipeline/jobs")
                .header("Origin", "http://elsewhere.example")
                .header("Access-Control-Request-Method", "GET")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(options.statusCode()).isEqualTo(200);
        assertThat(allowed(options)).isEqualTo("[GET, HEAD, OPTIONS]");
        String multipart = "multipart/form-data";
        assertThat(send(get("/pipeline/jobs").header("Content-Type", multipart)).statusCode())
                .isEqualTo(200);
        problem(
                send(authorized("/pipeline/run")
                        .header("Content-Type", multipart)
                        .POST(BodyPublishers.noBody())),
                415);
    }

    @Test
    void echoesNoRequestHeader() throws Exception {
        HttpResponse<String> answer = send(post("/pipeline/run", "{}")
                .header("Idempotency-Key", "k")
                .header("Prefer", "wait=1")
                .header("If-None-Match", "\"x\""));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().map().keySet())
                .doesNotContain("idempotency-key", "prefer", "if-none-match", "host", "accept", "authorization");
        assertThat(JSON.readTree(answer.body())
                        .path("headers")
                        .path("idempotency-key")
                        .asText())
                .isEqualTo("k");
    }

    @Test
    void passesTheBodyUnchanged() throws Exception {
        String body = "{\"content\": \"Schöne Grüße 🎬\"}";
        assertThat(JSON.readTree(send(post("/pipeline/run", body)).body())
                        .path("body")
                        .asText())
                .isEqualTo(body);
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /pipeline/nothing,    404, /problems/not-found",
        "GET,    /nothing,             404, /problems/not-found",
        "GET,    /error,               404, /problems/not-found",
        "DELETE, /pipeline/jobs,       405, /problems/method-not-allowed",
        "GET,    /pipeline/run,        405, /problems/method-not-allowed",
        "GET,    /admin/me,         403, /problems/forbidden",
        "GET,    /admin/nothing,       403, /problems/forbidden",
        "GET,    /pipeline/job/1/bug,  500, /problems/internal-error",
        "GET,    /pipeline/job/1/database, 503, /problems/unavailable",
        "GET,    /pipeline//jobs,      400, /problems/invalid-request",
        "TRICK,  /pipeline/jobs,       405, /problems/method-not-allowed",
        "PROPFIND, /pipeline/run,      405, /problems/method-not-allowed",
        "TRACK,  /pipeline/jobs,       405, /problems/method-not-allowed",
        "get,    /pipeline/jobs,       405, /problems/method-not-allowed",
        "TRICK,  /pipeline/nothing,    404, /problems/not-found",
        "TRACE,  /pipeline/jobs,       405, /problems/method-not-allowed",
    })
    void answersEveryFailureWithAProblem(String method, String path, int status, String type) throws Exception {
        HttpResponse<String> answer = send(authorized(path).method(method, BodyPublishers.noBody()));
        JsonNode problem = problem(answer, status);
        assertThat(problem.path("type").asText()).isEqualTo(type);
    }

    @Test
    void listsTheMethodsOfAPath() throws Exception {
        for (String path : List.of("/pipeline/run", "/pipeline/jobs", "/openapi.json")) {
            String real = allowed(send(authorized(path).method("OPTIONS", BodyPublishers.noBody())));
            assertThat(real).isEqualTo(path.equals("/pipeline/run") ? "[OPTIONS, POST]" : "[GET, HEAD, OPTIONS]");
            for (String method : List.of("DELETE", "PUT", "TRICK", "TRACE")) {
                HttpResponse<String> answer = send(authorized(path).method(method, BodyPublishers.noBody()));
                problem(answer, 405);
                assertThat(allowed(answer)).as(method + " " + path).isEqualTo(real);
            }
        }
    }

    /** An answered TRACE would show scripts the headers that a browser adds. */
    @Test
    void rejectsTrace() throws Exception {
        for (String path : List.of("/pipeline/jobs", "/nothing", "/docs", "/openapi.json", "/error")) {
            HttpResponse<String> answer =
                    send(authorized(path).header("X-Mine", "secret").method("TRACE", BodyPublishers.noBody()));
            assertThat(answer.statusCode()).as(path).isIn(404, 405);
            assertThat(answer.body()).doesNotContain("secret", "Bearer");
        }
    }

    private static String allowed(HttpResponse<String> answer) {
        return new TreeSet<>(
                        List.of(answer.headers().firstValue("Allow").orElse("").split(", ?")))
                .toString();
    }

    @Test
    void returns503WithRetryAfterWhenTheDatabaseIsDown() throws Exception {
        HttpResponse<String> answer = send(get("/pipeline/job/1/database"));
        problem(answer, 503);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("5");
    }

    @Test
    void rejectsAnUnsupportedAcceptHeader() throws Exception {
        for (String accept : List.of("image/png", "application/json;q=0", "*/*;q=0", "text/html, */*; q=0.0")) {
            problem(send(get("/pipeline/jobs").header("Accept", accept)), 406);
        }
        for (String accept : List.of("application/json, */*;q=0", "text/html;q=0, */*;q=0.1")) {
            assertThat(send(get("/pipeline/jobs").header("Accept", accept)).statusCode())
                    .as(accept)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/json; charset=utf-16",
                "application/x-java-serialized-object",
                "json"
            })
    void rejectsABodyThatIsNotJson(String contentType) throws Exception {
        HttpResponse<String> answer = send(authorized("/pipeline/run")
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofString("user_id=mallory")));
        problem(answer, 415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void rejectsAFormWithAnyMethod(String method) throws Exception {
        problem(
                send(authorized("/pipeline/run")
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .method(method, BodyPublishers.ofString("content=x"))),
                415);
    }

    @Test
    void rejectsABodyWithoutAContentType() throws Exception {
        problem(send(authorized("/pipeline/run").POST(BodyPublishers.ofString("{}"))), 415);
    }

    @Test
    void rejectsAnEncodedBody() throws Exception {
        problem(send(post("/pipeline/run", "{}").header("Content-Encoding", "gzip")), 415);
    }

    @Test
    void rejectsABodyOfAGet() throws Exception {
        for (BodyPublisher body :
                List.of(BodyPublishers.ofString("{}"), BodyPublishers.ofInputStream(() -> stream("{}")))) {
            HttpRequest.Builder request = authorized("/pipeline/jobs").method("GET", body);
            assertThat(problem(send(request), 400).path("detail").asText()).isEqualTo("GET does not accept a body.");
        }
    }

    @Test
    void rejectsABodyThatIsNotUtf8() throws Exception {
        HttpRequest.Builder latin1 = authorized("/pipeline/run")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray("{\"content\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1)));
        assertThat(problem(send(latin1), 400).path("detail").asText()).contains("UTF-8");
    }

    @Test
    void acceptsABodyUpToTheLimitAndNotOneByteMore() throws Exception {
        byte[] most = "x".repeat(RequestFilter.MAX_BODY_BYTES).getBytes(StandardCharsets.US_ASCII);
        byte[] more = "x".repeat(RequestFilter.MAX_BODY_BYTES + 1).getBytes(StandardCharsets.US_ASCII);
        for (boolean chunked : new boolean[] {false, true}) {
            assertThat(send(post("/pipeline/run", most, chunked)).statusCode()).isEqualTo(200);
            problem(send(post("/pipeline/run", more, chunked)), 413);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "A.b_c-1", "0123456789012345678901234567890123456789"})
    void keepsTheCallersRequestId(String id) throws Exception {
        HttpResponse<String> answer = send(get("/nothing").header("X-Request-Id", id));
        assertThat(answer.headers().firstValue("X-Request-Id")).hasValue(id);
        assertThat(problem(answer, 404).path("request_id").asText()).isEqualTo(id);
    }

    static Stream<String> invalidIds() {
        return Stream.of("", "a b", "a\"b", "a/b", "<script>", "x".repeat(129));
    }

    @ParameterizedTest
    @MethodSource("invalidIds")
    void generatesARequestIdWhenTheCallersIsInvalid(String id) throws Exception {
        HttpResponse<String> answer = send(get("/pipeline/jobs").header("X-Request-Id", id));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("X-Request-Id")).get().isNotEqualTo(id);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /pipe|line HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
                "GET / HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET /pipeline/jobs HTTP/1.1\r\n\r\n",
                "nonsense\r\n\r\n"
            })
    void answersMalformedHttpWithoutServerDetails(String request) throws Exception {
        try (Socket socket = new Socket("localhost", port)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .startsWith("HTTP/1.1 ")
                    .containsIgnoringCase("X-Request-Id: ")
                    .contains("application/problem+json", "\"request_id\"")
                    .doesNotContainIgnoringCase("tomcat", "apache", "<html");
        }
    }

    /** Returns the problem document of the response, after the checks that apply to every problem. */
    private static JsonNode problem(HttpResponse<String> answer, int status) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = JSON.readTree(answer.body());
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asText()).isNotEmpty();
        assertThat(problem.path("instance").asText()).startsWith("/");
        assertThat(problem.path("request_id").asText())
                .isNotEmpty()
                .isEqualTo(answer.headers().firstValue("X-Request-Id").orElse(null));
        assertThat(answer.body()).doesNotContain("Exception", "secret", "org.", "com.", "trace");
        return problem;
    }

    private HttpRequest.Builder authorized(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .header("Authorization", "Bearer " + DevelopmentTokens.token("alice"));
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private HttpRequest.Builder get(String path) {
        return authorized(path).GET();
    }

    private HttpRequest.Builder post(String path, String body) {
        return post(path, body.getBytes(StandardCharsets.UTF_8), false);
    }

    private HttpRequest.Builder post(String path, byte[] body, boolean chunked) {
        InputStream stream = new ByteArrayInputStream(body);
        return authorized(path)
                .header("Content-Type", "application/json")
                .POST(chunked ? BodyPublishers.ofInputStream(() -> stream) : BodyPublishers.ofByteArray(body));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }
}
