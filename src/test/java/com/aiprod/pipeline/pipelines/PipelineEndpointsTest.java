package com.aiprod.pipeline.pipelines;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;
import static org.awaitility.Awaitility.await;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageException;
import com.aiprod.pipeline.stage.TransientStageException;
import com.github.tomakehurst.wiremock.WireMockServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.X509TrustManager;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the routes of a pipeline can use besides their beans. */
@ExtendWith(OutputCaptureExtension.class)
class PipelineEndpointsTest {

    private static final String OUTPUT = """
                    - setBody:
                        id: leave-output
                        simple: ${empty(map)}
            """;

    @TempDir
    private Path artifacts;

    private final List<AutoCloseable> opened = new ArrayList<>();

    @Test
    void logsUnderTheNameOfTheRoute(CapturedOutput output) throws Exception {
        String log = """
                        - log:
                            id: say-it
                            message: Said by a pipeline
                """;
        pipeline(log + OUTPUT, Map.of()).run(1, Map.of());
        assertThat(output.toString().lines().filter(line -> line.contains("Said by a pipeline")))
                .singleElement(STRING)
                .matches(".*INFO (.* )?mine .*");
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
    }

    /** A pipeline with these steps, which are indented as in the constant above. */
    private PipelineStand pipeline(String steps, Map<String, Object> settings) throws Exception {
        String yaml = """
                - route:
                    id: mine
                    description: Under test.
                    from:
                      id: from-mine
                      uri: direct:mine
                      steps:
                """;
        PipelineStand stand = new PipelineStand(artifacts, PipelineStand.file("mine", yaml + steps), settings);
        opened.add(stand);
        return stand;
    }

    private PipelineStand to(String uri) throws Exception {
        return pipeline(NO_BODY + step("to", uri) + OUTPUT, Map.of());
    }

    private static String step(String eip, String uri) {
        return "        - %1$s:%n            id: step-%2$s%n            uri: %3$s%n"
                .formatted(eip, Integer.toHexString(uri.hashCode()), uri)
                .replace("\r", "");
    }

    private static Map<String, Object> body(Object body) {
        Map<String, Object> job = new HashMap<>();
        job.put("body", body);
        return job;
    }

    private static final String TAKE_BODY = """
                    - setBody:
                        id: take-body
                        simple: ${body[body]}
            """;

    private PipelineStand.Try store(String uri, Object content) throws Exception {
        return pipeline(TAKE_BODY + step("to", uri) + OUTPUT, Map.of()).run(1, body(content));
    }

    private static Map<?, ?> artifact(PipelineStand.Try run) {
        assertThat(run.failure()).isNull();
        List<?> listed = (List<?>) run.output().get("artifacts");
        assertThat(listed).hasSize(1);
        return (Map<?, ?>) listed.get(0);
    }

    // artifact:

    @Test
    void storesWhatCanBeReadAsBytes() throws Exception {
        Path file = Files.writeString(artifacts.resolve("source"), "content");
        byte[] bytes = "content".getBytes(StandardCharsets.UTF_8);
        for (Object content : List.of("content", bytes, new ByteArrayInputStream(bytes), file, file.toFile())) {
            PipelineStand.Try run = store("artifact:a.bin", content);
            assertThat(artifact(run).get("bytes")).isEqualTo(7L);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "artifact:a.mp4, , video/mp4",
        "artifact:a.vtt, , text/vtt",
        "artifact:a.mp4, text/html, video/mp4",
        "artifact:clip, video/webm, video/webm",
        "artifact:clip, nonsense, application/octet-stream",
        "artifact:clip, , application/octet-stream",
        "artifact:a.mp4?type=video/x-own, , video/x-own"
    })
    void choosesTheMediaType(String uri, String header, String type) throws Exception {
        String setHeader = """
                        - setHeader:
                            id: set-type
                            constant: "%s"
                            name: Content-Type
                """.formatted(header);
        PipelineStand stand =
                pipeline(TAKE_BODY + (header == null ? "" : setHeader) + step("to", uri) + OUTPUT, Map.of());
        assertThat(artifact(stand.run(1, body("x"))).get("type")).isEqualTo(type);
    }

    @Test
    void leavesAStreamThatCanBeReadAgain() throws Exception {
        String output = """
                        - setBody:
                            id: leave-text
                            simple: ${map('text',${bodyAs(String)})}
                """;
        PipelineStand stand =
                pipeline(TAKE_BODY + step("to", "artifact:first") + step("to", "artifact:second") + output, Map.of());

        PipelineStand.Try run = stand.run(1, body(new ByteArrayInputStream(new byte[] {'a', 'b'})));

        assertThat(run.output()).containsEntry("text", "ab");
        assertThat(stand.stored(1, "second")).hasContent("ab");
    }

    @Test
    void replacesAFileOfTheSameNameAndKeepsTheListOfThePipeline() throws Exception {
        String output = """
                        - setBody:
                            id: make-own
                            simple: ${map('name','own.txt')}
                        - setVariable:
                            id: keep-own
                            name: own
                            simple: ${list(${body})}
                        - setBody:
                            id: leave-own
                            simple: ${map('artifacts',${variable.own})}
                """;
        PipelineStand stand = pipeline(
                TAKE_BODY
                        + step("to", "artifact:a.txt")
                        + "        - setBody:\n            id: other\n            constant: other\n"
                        + step("to", "artifact:a.txt?type=text/plain")
                        + output,
                Map.of());

        PipelineStand.Try run = stand.run(1, body("one"));

        assertThat(run.failure()).isNull();
        List<Object> names = new ArrayList<>();
        ((List<?>) run.output().get("artifacts")).forEach(item -> names.add(((Map<?, ?>) item).get("name")));
        assertThat(names).containsExactly("own.txt", "a.txt");
        assertThat(stand.stored(1, "a.txt")).hasContent("other");
    }

    @Test
    void leavesNothingOfATryThatFails() throws Exception {
        String fail = """
                        - throwException:
                            id: fail
                            exceptionType: com.aiprod.pipeline.stage.TransientStageException
                            message: "LATER: Not now."
                """;
        PipelineStand stand = pipeline(TAKE_BODY + step("to", "artifact:a.txt") + fail, Map.of());

        assertThat(stand.run(1, body("x")).failure()).isInstanceOf(TransientStageException.class);

        try (var left = Files.walk(artifacts)) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        }
    }

    @Test
    void refusesABodyThatIsNoFile() throws Exception {
        assertCode(store("artifact:a", Map.of()), "ARTIFACT_INVALID");
        assertCode(store("artifact:a", null), "ARTIFACT_INVALID");
        assertCode(store("artifact:a", new byte[10 * 1024 * 1024 + 1]), "ARTIFACT_INVALID");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", ".a", "a/b", "a b"})
    void refusesAnArtifactNameFromAnExpression(String name) throws Exception {
        PipelineStand stand = pipeline(
                "        - setVariable:\n            id: keep\n            name: name\n            simple: ${body[body]}\n"
                        + TAKE_BODY
                        + step("toD", "artifact:${variable.name}")
                        + OUTPUT,
                Map.of());
        assertCode(stand.run(1, body(name)), "ARTIFACT_INVALID");
        assertThat(stand.run(1, body("fine.txt")).failure()).isNull();
    }

    private static void assertCode(PipelineStand.Try run, String code) {
        assertThat(run.stageFailure())
                .isInstanceOf(PermanentStageException.class)
                .extracting(StageException::errorCode)
                .isEqualTo(code);
    }

    // Faults that are known before a job comes

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "artifact:.hidden | '.hidden' is not the name of an artifact",
                "artifact:a.mp4?type=video | 'video' is not a media type",
                "artifact:a.mp4?mime=video/mp4 | mime=video/mp4",
                "progress:Render | 'Render' is not the name of a stage",
                "progress:render?percent=101 | The percent '101' is not a number from 0 to 100",
                "progress:render?percent=-1 | The percent '-1' is not a number from 0 to 100",
                "progress:render?percent=1e9 | The percent '1e9' is not a number from 0 to 100",
                "progress:render?percent=half | The percent 'half' is not a number from 0 to 100",
                "progress:render?percent=${body} | is an expression, which only toD evaluates",
                "progress:render?percentage=4 | percentage=4",
                "job:Order | 'Order' is not the name of a job variable",
                "job:order?ttl=4 | ttl=4"
            })
    void refusesAWrongEndpointWhenThePipelineIsBuilt(String uri, String message) {
        assertThatThrownBy(() -> to(uri)).hasStackTraceContaining(message);
    }

    // progress:

    @Test
    void reportsProgress() throws Exception {
        PipelineStand stand = pipeline(
                step("to", "progress:render?percent=40")
                        + step("to", "progress:plan b")
                        + step("toD", "progress:render?percent=${body[body]}")
                        + OUTPUT,
                Map.of());
        assertThat(stand.run(1, body(99.9)).failure()).isNull();
        assertThat(stand.progress()).containsExactly("render 40", "plan b 0", "render 99");
        assertCode(stand.run(1, body("much")), "PROGRESS_INVALID");
    }

    // job:

    @Test
    void remembersAndForgets() throws Exception {
        String output = """
                        - setBody:
                            id: leave-order
                            simple: ${map('order',${variable.job[order]})}
                """;
        PipelineStand stand = pipeline(TAKE_BODY + step("to", "job:order") + output, Map.of());

        assertThat(stand.run(1, body("p-1")).output()).containsEntry("order", "p-1");
        assertThat(stand.remembered).containsExactly(Map.entry("order", "p-1"));
        assertThat(stand.run(2, body(12)).output()).containsEntry("order", "12");
        assertThat(stand.run(3, body("")).failure()).isNull();
        assertThat(stand.remembered).isEmpty();
    }

    @Test
    void boundsWhatAJobRemembers() throws Exception {
        PipelineStand stand = pipeline(TAKE_BODY + step("to", "job:order") + OUTPUT, Map.of());
        assertThat(stand.run(1, body("é".repeat(4096))).failure()).isNull();
        assertCode(stand.run(1, body("é".repeat(4096) + "x")), "JOB_VARIABLE_INVALID");
        assertCode(stand.run(1, body("a\0b")), "JOB_VARIABLE_INVALID");
        assertCode(stand.run(1, body(Map.of("a", 1))), "JOB_VARIABLE_INVALID");
        stand.remembered.clear();
        for (int i = 0; i < 32; i++) {
            stand.remembered.put("v" + i, "x");
        }
        assertCode(stand.run(1, body("x")), "JOB_VARIABLE_INVALID");
    }

    @Test
    void knowsInTheAttemptWhatCouldNotBeStored() throws Exception {
        PipelineStand stand = pipeline(TAKE_BODY + step("to", "job:order") + OUTPUT, Map.of());
        stand.breakMemory(new IllegalStateException("away"));

        PipelineStand.Try run = stand.run(1, body("p-1"));

        assertThat(run.failure()).hasMessage("away");
        assertThat(run.exchange().getVariable("job")).isEqualTo(Map.of("order", "p-1"));
    }

    // throwException

    @ParameterizedTest
    @CsvSource({
        "PermanentStageException, 'REFUSED: No.', REFUSED, No.",
        "PermanentStageException, No., , No.",
        "TransientStageException, 'BUSY: At ${body[body]}.', BUSY, At noon: 12.",
        "TransientStageException, Later., , Later."
    })
    void throwsTheExceptionsOfStages(String type, String message, String code, String text) throws Exception {
        PipelineStand stand = pipeline("""
                        - throwException:
                            id: fail
                            exceptionType: com.aiprod.pipeline.stage.%s
                            message: "%s"
                """.formatted(type, message), Map.of());
        Throwable failure = stand.run(1, body("noon: 12")).failure();
        assertThat(failure.getClass().getSimpleName()).isEqualTo(type);
        assertThat(failure).hasMessage(text);
        assertThat(((StageException) failure).errorCode()).isEqualTo(code);
    }

    // http: and https:

    private WireMockServer service() {
        WireMockServer service =
                new WireMockServer(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"));
        service.start();
        opened.add(service::stop);
        return service;
    }

    private static final String NO_BODY = """
                    - setBody:
                        id: no-body
                        simple: ${null}
            """;

    @Test
    void sendsNoHeaderOfTheJobOrOfAnEarlierResponse() throws Exception {
        WireMockServer service = service();
        service.stubFor(any(anyUrl())
                .willReturn(ok("{}").withHeader("Content-Type", "application/json")
                        .withHeader("ETag", "\"1\"")
                        .withHeader("X-Internal", "1")
                        .withHeader("X-RateLimit-Remaining", "7")
                        .withHeader("Set-Cookie", "session=1", "other=2")));
        String url = service.baseUrl();
        String setHeader = """
                        - setHeader:
                            id: set-own
                            constant: mine
                            name: X-Own
                """;
        PipelineStand stand = pipeline(
                NO_BODY
                        + step("to", url + "/one")
                        + setHeader
                        + NO_BODY.replace("no-", "no-more-")
                        + step("to", url + "/two"),
                Map.of());

        PipelineStand.Try run = stand.run(1, body("x"));

        assertThat(run.exchange().getException()).isNull();
        assertThat(run.exchange().getMessage().getHeaders())
                .containsKeys("jobId", "ETag", "X-RateLimit-Remaining")
                .doesNotContainKeys("X-Internal", "Set-Cookie", "Server", "Date");
        assertThat(service.findAll(getRequestedFor(urlEqualTo("/one"))).get(0).getAllHeaderKeys())
                .containsExactlyInAnyOrder("Accept-Encoding", "Connection", "Host", "User-Agent");
        assertThat(service.findAll(getRequestedFor(urlEqualTo("/two"))).get(0).getAllHeaderKeys())
                .containsExactlyInAnyOrder("Accept-Encoding", "Connection", "Host", "User-Agent", "X-Own");
    }

    @Test
    void repeatsNoCallByItself() throws Exception {
        WireMockServer service = service();
        service.stubFor(get("/busy").willReturn(aResponse().withStatus(503).withHeader("Retry-After", "1")));

        Throwable failure =
                to(service.baseUrl() + "/busy?token=t0k3n").run(1, Map.of()).failure();

        assertThat(failure).isInstanceOf(HttpOperationFailedException.class);
        assertThat(failure.toString()).doesNotContain("t0k3n");
        service.verify(1, getRequestedFor(urlPathEqualTo("/busy")));
    }

    @Test
    void followsNoRedirectToAnotherHostWithCredentials() throws Exception {
        WireMockServer service = service();
        WireMockServer other = service();
        service.stubFor(get("/moved").willReturn(aResponse().withStatus(302).withHeader("Location", "/here")));
        service.stubFor(get("/away")
                .willReturn(aResponse().withStatus(302).withHeader("Location", other.baseUrl() + "/there")));
        service.stubFor(get("/here").willReturn(ok("here")));
        other.stubFor(get("/there").willReturn(ok("there")));
        String key = """
                        - setHeader:
                            id: set-key
                            constant: k3y
                            name: X-Api-Key
                """;
        UnaryOperator<String> follow =
                path -> NO_BODY + key + step("to", service.baseUrl() + path + "?followRedirects=true") + OUTPUT;

        assertThat(pipeline(follow.apply("/moved"), Map.of()).run(1, Map.of()).failure())
                .isNull();
        assertThat(pipeline(follow.apply("/away"), Map.of()).run(1, Map.of()).failure())
                .isNotNull();
        assertThat(to(service.baseUrl() + "/moved").run(1, Map.of()).failure())
                .isInstanceOf(HttpOperationFailedException.class);

        other.verify(0, getRequestedFor(urlEqualTo("/there")));
        service.verify(1, getRequestedFor(urlEqualTo("/here")));
    }

    @Test
    void failsWithAnIoErrorThatIsRetried() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        assertThat(to("http://127.0.0.1:" + closed + "/x").run(1, Map.of()).failure())
                .isInstanceOf(IOException.class);
        assertThat(to("http://no-such-host.invalid/x").run(1, Map.of()).failure())
                .isInstanceOf(UnknownHostException.class);
        WireMockServer service = service();
        service.stubFor(get("/slow").willReturn(ok().withFixedDelay(20_000)));
        assertThat(to(service.baseUrl() + "/slow?responseTimeout=300")
                        .run(1, Map.of())
                        .failure())
                .isInstanceOf(IOException.class);
    }

    @Test
    void speaksTls() throws Exception {
        WireMockServer service = new WireMockServer(
                wireMockConfig().dynamicPort().dynamicHttpsPort().bindAddress("127.0.0.1"));
        service.start();
        opened.add(service::stop);
        service.stubFor(get("/x").willReturn(ok("x")));
        String call = NO_BODY + step("to", "https://127.0.0.1:" + service.httpsPort() + "/x");
        PipelineStand stand = pipeline("        - stop:\n            id: stop-here\n", Map.of());
        stand.camel.getComponent("https", HttpComponent.class).setSslContextParameters(trustAll());
        stand.camel.getComponent("https", HttpComponent.class).setX509HostnameVerifier(NoopHostnameVerifier.INSTANCE);

        assertThat(stand.camel
                        .createProducerTemplate()
                        .requestBody("https://127.0.0.1:" + service.httpsPort() + "/x", null, String.class))
                .isEqualTo("x");
        // The default trusts only known authorities.
        assertThat(pipeline(call, Map.of()).run(1, Map.of()).failure()).isInstanceOf(IOException.class);
    }

    private static SSLContextParameters trustAll() {
        TrustManagersParameters trust = new TrustManagersParameters();
        trust.setTrustManager(new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String authType) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        });
        SSLContextParameters parameters = new SSLContextParameters();
        parameters.setTrustManagers(trust);
        return parameters;
    }

    /** A server that accepts and says nothing more after the first bytes. */
    @ParameterizedTest
    @ValueSource(strings = {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"})
    void anInterruptEndsACallAtOnce(String said) throws Exception {
        CompletableFuture<Socket> accepted = new CompletableFuture<>();
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        opened.add(server);
        Thread accepting = new Thread(() -> {
            try {
                Socket socket = server.accept();
                socket.getInputStream().read();
                socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
                accepted.complete(socket);
            } catch (IOException e) {
                accepted.completeExceptionally(e);
            }
        });
        accepting.start();
        PipelineStand stand = pipeline(
                NO_BODY
                        + step("to", "http://127.0.0.1:" + server.getLocalPort() + "/x?disableStreamCache=true")
                        + step("to", "artifact:x"),
                Map.of());
        PipelineStand.Running running = stand.start(1, Map.of());
        opened.add(accepted.get(20, TimeUnit.SECONDS));
        await().atMost(Duration.ofSeconds(20)).until(running::reads);

        assertThat(running.interrupted().failure()).isNotNull();
    }
}
