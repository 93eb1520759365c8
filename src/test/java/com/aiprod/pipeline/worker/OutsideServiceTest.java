package com.aiprod.pipeline.worker;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.github.tomakehurst.wiremock.WireMockServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The pipeline {@code generate} in a worker: what it orders follows the life of its jobs. */
class OutsideServiceTest {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String ORDERS = "/predictions";
    private static final String ORDER = ORDERS + "/p1";
    private static final String CANCEL = ORDER + "/cancel";
    private static final String TOKEN = "s3cr3t-t0k3n";

    @TempDir
    private static Path folder;

    private static WireMockServer service;
    private static Worker worker;
    private static Jobs jobs;

    @BeforeAll
    static void start() throws IOException {
        service = new WireMockServer(wireMockConfig().dynamicPort().bindAddress("127.0.0.1"));
        service.start();
        Path pipeline = Files.createDirectories(folder.resolve("routes/pipelines/generate"));
        Files.writeString(
                pipeline.resolve("pipeline.yaml"),
                Files.readString(Path.of("src/main/resources/routes/pipelines/generate/pipeline.yaml"))
                        .replace("timeout: 10m", "timeout: 10s"));
        worker = Worker.start(
                exchange -> {},
                Map.of(
                        "aiprod.pipeline.route",
                        "",
                        "aiprod.routes-dir",
                        folder.resolve("routes").toString(),
                        "aiprod.artifacts-dir",
                        folder.resolve("artifacts").toString(),
                        "aiprod.worker.renew-interval",
                        "200",
                        "aiprod.worker.concurrency",
                        "4",
                        "generate.url",
                        service.url(ORDERS),
                        "generate.token",
                        TOKEN));
        jobs = worker.jobs();
    }

    @AfterAll
    static void stop() {
        worker.close();
        service.stop();
    }

    @BeforeEach
    void takeOrders() {
        service.resetAll();
        service.stubFor(post(ORDERS).willReturn(okJson("""
                        {"id": "p1", "urls": {"get": "%s", "cancel": "%s"}}""".formatted(service.url(ORDER), service.url(CANCEL)))));
        service.stubFor(post(CANCEL).willReturn(okJson("{}")));
        answer("{\"status\": \"processing\", \"progress\": 40}");
    }

    private static void answer(String json) {
        service.stubFor(get(ORDER).willReturn(okJson(json).withHeader("Retry-After", "0")));
    }

    private static String submit() {
        return jobs.submit("ann", "The sea at night.", "low", "generated_clip");
    }

    private static void awaitProgress(String job) {
        Jobs.await(
                () -> Integer.valueOf(40)
                        .equals(jobs.read(
                                "SELECT progress_percent FROM jobs WHERE id = cast(? AS uuid)", Integer.class, job)),
                LIMIT,
                () -> jobs.history(job));
    }

    private static void awaitCancelledOrder() {
        Jobs.await(
                () -> !service.findAll(postRequestedFor(urlEqualTo(CANCEL))).isEmpty(), LIMIT, () -> "not cancelled");
    }

    @Test
    void anotherAttemptFindsTheOrderAndStoresTheClip() {
        String job = submit();
        awaitProgress(job);
        // As if this worker had vanished and the job were rescued.
        jobs.execute("""
                WITH rescued AS (
                    UPDATE jobs SET state = 'QUEUED', worker_id = NULL, lease_expires_at = NULL,
                        progress_stage = NULL, progress_percent = NULL
                    WHERE id = '%1$s' RETURNING id, user_id, priority)
                INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM rescued""".formatted(job));
        Jobs.await(() -> jobs.attempt(job) == 2, LIMIT, () -> jobs.history(job));
        service.stubFor(get("/clip.mp4")
                .willReturn(aResponse().withHeader("Content-Type", "video/mp4").withBody("clip")));
        answer("{\"status\": \"succeeded\", \"output\": \"%s\"}".formatted(service.url("/clip.mp4")));

        jobs.await(job, "COMPLETED", LIMIT);

        service.verify(1, postRequestedFor(urlEqualTo(ORDERS)));
        service.verify(0, postRequestedFor(urlEqualTo(CANCEL)));
        assertThat(jobs.read(
                        "SELECT output -> 'artifacts' -> 0 ->> 'name' FROM results WHERE job_id = cast(? AS uuid)",
                        String.class,
                        job))
                .isEqualTo("video.mp4");
        assertThat(worker.bean(ArtifactStore.class).find(job, 2, "video.mp4"))
                .get()
                .satisfies(file -> assertThat(Files.readString(file)).isEqualTo("clip"));
    }

    @Test
    void aCancelledJobCancelsItsOrder() {
        String job = submit();
        awaitProgress(job);

        jobs.query("cancel-job", Map.of("jobId", job, "userId", "ann"));

        awaitCancelledOrder();
        service.verify(1, postRequestedFor(urlEqualTo(CANCEL)));
    }

    @Test
    void aTimeoutCancelsTheOrder() {
        String job = submit();

        jobs.await(job, "FAILED", LIMIT);

        awaitCancelledOrder();
        assertThat(jobs.read("SELECT error_code FROM results WHERE job_id = cast(? AS uuid)", String.class, job))
                .isEqualTo("PIPELINE_TIMEOUT");
        service.verify(1, postRequestedFor(urlEqualTo(ORDERS)));
    }

    @Test
    void theTokenIsInNoDeadLetter() {
        service.stubFor(post(ORDERS).willReturn(aResponse().withStatus(401).withBody(TOKEN)));
        String job = submit();

        jobs.await(job, "FAILED", LIMIT);

        assertThat(jobs.awaitLetter(job, "dead_letters"))
                .contains("BACKEND_DENIED")
                .doesNotContain(TOKEN);
        service.verify(0, getRequestedFor(urlEqualTo(ORDER)));
    }
}
