package com.aiprod.pipeline.pipelines;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static com.github.tomakehurst.wiremock.stubbing.Scenario.STARTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageException;
import com.aiprod.pipeline.stage.TransientStageException;
import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.ScenarioMappingBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The built-in pipeline {@code generate} on a service that is slow, busy, wrong, or dead. */
class GeneratePipelineTest {

    private static final String TOKEN = "s3cr3t-t0k3n";
    private static final String ORDERS = "/v1/predictions";
    private static final String ORDER = ORDERS + "/p1";
    private static final String CANCEL = ORDER + "/cancel";
    private static final String CLIP = "/files/clip.mp4?signature=a,b&x=1";
    private static final byte[] BYTES = new byte[300_000];
    private static final Map<String, Object> JOB =
            Map.of("job_id", "1", "user_id", "u", "content", "The sea, at night", "duration_sec", 5, "lang", "en");

    static {
        new Random(1).nextBytes(BYTES);
    }

    private final WireMockServer service =
            new WireMockServer(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"));
    private PipelineStand stand;

    @TempDir
    private Path artifacts;

    @BeforeEach
    void start() throws Exception {
        service.start();
        stand = new PipelineStand(
                artifacts,
                PipelineFiles.builtIn().get("generate"),
                Map.of("generate.url", service.url(ORDERS), "generate.token", TOKEN));
        service.stubFor(post(ORDERS)
                .willReturn(okJson("""
                                {"id": "p1", "status": "starting", "urls": {"get": "%s", "cancel": "%s"}}""".formatted(service.url(ORDER), service.url(CANCEL)))
                        .withStatus(201)
                        .withHeader("Set-Cookie", "session=1")
                        .withHeader("X-Served-By", "a")));
        service.stubFor(post(CANCEL).willReturn(okJson("{}")));
        service.stubFor(get(CLIP)
                .willReturn(aResponse().withHeader("Content-Type", "video/mp4").withBody(BYTES)));
    }

    @AfterEach
    void stop() {
        stand.close();
        service.stop();
    }

    /** The service answers one question after the other; the last answer stays. */
    private void answers(ResponseDefinitionBuilder... answers) {
        for (int i = 0; i < answers.length; i++) {
            ScenarioMappingBuilder question =
                    get(ORDER).inScenario("order").whenScenarioStateIs(i == 0 ? STARTED : "asked " + i);
            if (i < answers.length - 1) {
                question.willSetStateTo("asked " + (i + 1));
            }
            service.stubFor(question.willReturn(answers[i]));
        }
    }

    private static ResponseDefinitionBuilder running(String progress) {
        return okJson("{\"id\": \"p1\", \"status\": \"processing\", \"progress\": %s}".formatted(progress))
                .withHeader("Retry-After", "0");
    }

    private ResponseDefinitionBuilder succeeded() {
        return okJson("{\"id\": \"p1\", \"status\": \"succeeded\", \"output\": [\"%s\"]}".formatted(service.url(CLIP)));
    }

    private void assertFailed(PipelineStand.Try run, Class<? extends StageException> kind, String code) {
        StageException failure = run.stageFailure();
        assertThat(failure)
                .isInstanceOf(kind)
                .extracting(StageException::errorCode)
                .isEqualTo(code);
        assertThat(run.failure().toString()).doesNotContain(TOKEN);
    }

    @Test
    void storesTheOrderedClip() throws Exception {
        answers(running("null"), running("12.5"), running("250"), running("\"60\""), running("80"), succeeded());

        PipelineStand.Try run = stand.run(1, JOB);

        assertThat(run.failure()).isNull();
        assertThat(run.output())
                .isEqualTo(Map.of(
                        "duration_sec",
                        5,
                        "artifacts",
                        List.of(Map.of(
                                "name",
                                "video.mp4",
                                "type",
                                "video/mp4",
                                "bytes",
                                (long) BYTES.length,
                                "url",
                                "/pipeline/job/" + stand.jobId + "/artifacts/video.mp4"))));
        assertThat(stand.stored(1, "video.mp4")).hasBinaryContent(BYTES);
        assertThat(stand.progress()).containsExactly("generate 0", "generate 12", "generate 80", "store 100");
    }

    @Test
    void sendsTheJobAndNoHeaderThatTheRouteDoesNotSet() throws Exception {
        answers(succeeded());
        String content = "\"It's\" <b>, ${exchangeId} {{generate.token}} ), 'x' \\ \u00e9\n$1";

        stand.run(1, Map.of("content", content, "duration_sec", 7));

        service.verify(postRequestedFor(urlEqualTo(ORDERS))
                .withHeader("Authorization", equalTo("Bearer " + TOKEN))
                .withHeader("Content-Type", equalTo("application/json"))
                .withRequestBody(equalToJson(new com.fasterxml.jackson.databind.ObjectMapper()
                        .writeValueAsString(Map.of(
                                "input",
                                Map.of(
                                        "prompt", content,
                                        "duration", 7,
                                        "width", 1280,
                                        "height", 720,
                                        "fps", 24))))));
        for (LoggedRequest request : service.findAll(getRequestedFor(urlEqualTo(ORDER)))) {
            assertThat(request.getAllHeaderKeys())
                    .containsExactlyInAnyOrder("Accept-Encoding", "Authorization", "Connection", "Host", "User-Agent");
        }
        assertThat(service.findAll(postRequestedFor(urlEqualTo(ORDERS))).get(0).getAllHeaderKeys())
                .containsExactlyInAnyOrder(
                        "Accept-Encoding",
                        "Authorization",
                        "Connection",
                        "Content-Length",
                        "Content-Type",
                        "Host",
                        "Idempotency-Key",
                        "User-Agent");
    }

    @Test
    void ordersOnceOverTriesAndAttempts() throws Exception {
        answers(
                aResponse().withStatus(500),
                aResponse().withFault(Fault.EMPTY_RESPONSE),
                okJson("not JSON"),
                aResponse().withStatus(502).withBody("<html>"),
                succeeded());

        assertFailed(stand.run(1, JOB), TransientStageException.class, "BACKEND_ERROR");
        assertThat(stand.run(1, JOB).failure()).isInstanceOf(IOException.class);
        assertFailed(stand.run(2, JOB), TransientStageException.class, "BACKEND_ANSWER_INVALID");
        assertFailed(stand.run(2, JOB), TransientStageException.class, "BACKEND_ERROR");
        assertThat(stand.run(3, JOB).failure()).isNull();

        service.verify(1, postRequestedFor(urlEqualTo(ORDERS)));
        assertThat(stand.store.find(stand.jobId, 2, "video.mp4")).isEmpty();
        assertThat(stand.store.find(stand.jobId, 3, "video.mp4")).isPresent();
    }

    @Test
    void repeatsAnOrderWithoutAnAnswerUnderTheSameKey() throws Exception {
        service.stubFor(post(ORDERS)
                .inScenario("dead")
                .whenScenarioStateIs(STARTED)
                .willSetStateTo("alive")
                .willReturn(aResponse().withFault(Fault.EMPTY_RESPONSE)));
        answers(succeeded());

        assertThat(stand.run(1, JOB).failure()).isInstanceOf(IOException.class);
        service.resetScenario("dead");
        service.stubFor(post(ORDERS)
                .inScenario("dead")
                .willReturn(okJson("{\"id\": \"p1\", \"urls\": {\"get\": \"%s\"}}".formatted(service.url(ORDER)))));
        assertThat(stand.run(1, JOB).failure()).isNull();

        assertThat(service.findAll(postRequestedFor(urlEqualTo(ORDERS))))
                .extracting(request -> request.getHeader("Idempotency-Key"))
                .hasSize(2)
                .doesNotContainNull()
                .satisfies(keys -> assertThat(keys.get(0)).isEqualTo(keys.get(1)));
    }

    @ParameterizedTest
    @CsvSource({
        "400, PermanentStageException, CONTENT_REFUSED",
        "422, PermanentStageException, CONTENT_REFUSED",
        "401, PermanentStageException, BACKEND_DENIED",
        "403, PermanentStageException, BACKEND_DENIED",
        "404, PermanentStageException, BACKEND_ANSWER_INVALID",
        "302, PermanentStageException, BACKEND_ANSWER_INVALID",
        "200, PermanentStageException, BACKEND_ANSWER_INVALID",
        "429, TransientStageException, BACKEND_BUSY",
        "503, TransientStageException, BACKEND_BUSY",
        "500, TransientStageException, BACKEND_ERROR"
    })
    void namesWhyAnOrderFails(int status, String kind, String code) throws Exception {
        service.stubFor(post(ORDERS)
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Retry-After", "0")
                        .withHeader("Location", service.url("/elsewhere"))
                        .withHeader("Content-Type", "application/json")
                        .withBody("{\"detail\": \"<b>No</b> people, please\", \"x\": \"" + "y".repeat(5000) + "\"}")));

        PipelineStand.Try run = stand.run(1, JOB);

        assertThat(run.stageFailure().getClass().getSimpleName()).isEqualTo(kind);
        assertThat(run.stageFailure().errorCode()).isEqualTo(code);
        assertThat(run.failure().getMessage()).hasSizeLessThan(400).doesNotContain(TOKEN, "<b>");
        if (code.equals("CONTENT_REFUSED")) {
            assertThat(run.failure()).hasMessageEndingWith("refused the request: No people, please");
        }
        service.verify(1, postRequestedFor(urlEqualTo(ORDERS)));
        service.verify(0, getRequestedFor(urlEqualTo("/elsewhere")));
    }

    @Test
    void forgetsAnOrderThatFailed() throws Exception {
        answers(okJson("{\"id\": \"p1\", \"status\": \"failed\", \"error\": \"NSFW content\"}"), succeeded());

        PipelineStand.Try run = stand.run(1, JOB);
        assertFailed(run, PermanentStageException.class, "GENERATION_FAILED");
        assertThat(run.failure()).hasMessage("NSFW content");
        assertThat(stand.remembered).isEmpty();

        // As after a redrive.
        assertThat(stand.run(2, JOB).failure()).isNull();
        service.verify(2, postRequestedFor(urlEqualTo(ORDERS)));
    }

    @Test
    void ordersAgainWhatTheServiceHasLost() throws Exception {
        answers(aResponse().withStatus(404), okJson("{\"status\": \"canceled\"}"), succeeded());

        assertFailed(stand.run(1, JOB), TransientStageException.class, "ORDER_LOST");
        assertFailed(stand.run(1, JOB), TransientStageException.class, "GENERATION_CANCELLED");
        assertThat(stand.run(1, JOB).failure()).isNull();
        service.verify(3, postRequestedFor(urlEqualTo(ORDERS)));
        assertThat(service.findAll(postRequestedFor(urlEqualTo(ORDERS))))
                .extracting(request -> request.getHeader("Idempotency-Key"))
                .doesNotHaveDuplicates();
    }

    @Test
    void callsNoOtherHost() throws Exception {
        answers(okJson("{\"status\": \"succeeded\", \"output\": \"http://127.0.0.2:%d/x\"}".formatted(service.port())));
        assertFailed(stand.run(1, JOB), PermanentStageException.class, "BACKEND_ANSWER_INVALID");

        stand.remembered.clear();
        service.stubFor(post(ORDERS)
                .willReturn(okJson("{\"id\": \"p2\", \"urls\": {\"get\": \"http://127.0.0.1:%d/x?a,b\"}}"
                        .formatted(service.port()))));
        assertFailed(stand.run(2, JOB), PermanentStageException.class, "BACKEND_ANSWER_INVALID");
    }

    @Test
    void retriesADownloadThatBreaksOrIsNoVideo() throws Exception {
        answers(succeeded());
        service.stubFor(get(CLIP).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
        assertThat(stand.run(1, JOB).failure()).isInstanceOf(IOException.class);

        service.stubFor(get(CLIP)
                .willReturn(aResponse()
                        .withHeader("Content-Type", "video/mp4")
                        .withHeader("Content-Length", "400000")
                        .withBody(BYTES)));
        assertThat(stand.run(1, JOB).failure()).isInstanceOf(IOException.class);

        service.stubFor(get(CLIP)
                .willReturn(aResponse().withHeader("Content-Type", "text/html").withBody("<html>")));
        assertFailed(stand.run(1, JOB), TransientStageException.class, "BACKEND_ANSWER_INVALID");
        assertThat(stand.store.find(stand.jobId, 1, "video.mp4")).isEmpty();
    }

    @Test
    void cancelsTheOrderOfAStoppedAttempt() throws Exception {
        answers(running("1"));
        PipelineStand.Running running = stand.start(1, JOB);
        await().atMost(Duration.ofSeconds(20)).until(() -> stand.progress().contains("generate 1"));

        assertThat(running.interrupted().failure()).isNotNull();
        Exchange stopped = stand.stopped(1, JOB);

        assertThat(stopped.getException()).isNull();
        service.verify(postRequestedFor(urlEqualTo(CANCEL)).withHeader("Authorization", equalTo("Bearer " + TOKEN)));
    }

    @Test
    void endsAtOnceWhileAServiceDoesNotAnswer() throws Exception {
        service.stubFor(get(ORDER)
                .willReturn(aResponse().withFixedDelay(25_000).withBody("late".getBytes(StandardCharsets.UTF_8))));
        PipelineStand.Running running = stand.start(1, JOB);
        await().atMost(Duration.ofSeconds(20)).until(() -> stand.progress().contains("generate 0") && running.reads());

        assertThat(running.interrupted().failure()).isNotNull();
    }
}
