package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.system.User;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;

/** Cancelling while a real video renders, with production settings. */
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"management.server.port=0", "aiprod.worker.concurrency=1"})
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class})
@DirtiesContext
class CancelVideoIT {

    /** The limit in the API contract. */
    private static final Duration LIMIT = Duration.ofSeconds(5);

    @LocalServerPort
    private int port;

    @Value("${aiprod.artifacts-dir}")
    private Path artifacts;

    @Test
    void stopsTheRenderCleansUpAndFreesTheWorker() throws Exception {
        User alice = User.of(port, "alice");
        String id = submit(alice, "cinema_spot", 10);
        Path work = artifacts.resolve(".work").resolve(id + "-1");
        Awaitility.await()
                .atMost(Duration.ofSeconds(80))
                .pollInterval(Duration.ofMillis(50))
                .until(
                        () -> alice.job(id).path("progress"),
                        progress -> progress.path("stage").asText().equals("render")
                                && progress.path("percent").asInt() > 0);
        assertThat(work).isDirectory();
        assertThat(encoders()).isPositive();

        var answer = send(alice.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody()));

        assertThat(json(answer).path("status").asText()).isEqualTo("CANCELLED");
        Awaitility.await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).untilAsserted(() -> {
            assertThat(work).doesNotExist();
            assertThat(encoders()).isZero();
        });
        // The only worker slot is free again.
        String next = submit(alice, "quick_social", 1);
        alice.await(next, "COMPLETED");
        assertThat(artifacts.resolve(id)).doesNotExist();
        assertThat(alice.job(id).path("status").asText()).isEqualTo("CANCELLED");
        assertThat(alice.job(id).path("result").isNull()).isTrue();
    }

    private static long encoders() {
        return ProcessHandle.current()
                .children()
                .filter(child -> child.info().command().orElse("").endsWith("ffmpeg"))
                .count();
    }

    private static String submit(User user, String preset, int seconds) throws Exception {
        var answer = user.submit("""
                {"content":"The sea at night. The tide comes and goes.","preset":"%s","duration_sec":%d}""".formatted(preset, seconds));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return json(answer).path("job_id").asText();
    }
}
