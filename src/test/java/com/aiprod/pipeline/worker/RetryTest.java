package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.stage.TransientStageException;
import com.aiprod.pipeline.video.Formats;
import com.aiprod.pipeline.video.RenderStage;
import com.aiprod.pipeline.video.VideoTools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Retries in a worker that runs one job at a time. */
class RetryTest {

    private static final List<String> tries = new CopyOnWriteArrayList<>();
    private static final AtomicInteger running = new AtomicInteger();
    private static final AtomicInteger mostRunning = new AtomicInteger();

    private static Worker worker;
    private static Jobs jobs;

    @TempDir
    private Path folder;

    @BeforeAll
    static void start() {
        worker = Worker.start(RetryTest::pipeline, Map.of("aiprod.worker.concurrency", "1"));
        jobs = worker.jobs();
    }

    @AfterAll
    static void end() {
        worker.close();
    }

    @BeforeEach
    void forget() {
        tries.clear();
        mostRunning.set(0);
    }

    @Test
    void otherJobsRunWhileOneWaitsForARetry() {
        String failing = jobs.submit("fails");
        Jobs.await(() -> tries.contains("fails"), Duration.ofSeconds(20), () -> jobs.history(failing));
        List<String> others = List.of(jobs.submit("a"), jobs.submit("b"), jobs.submit("c"));

        jobs.await(failing, "FAILED", Duration.ofSeconds(20));

        assertThat(tries).startsWith("fails").endsWith("fails").containsOnlyOnce("a", "b", "c");
        assertThat(tries).filteredOn("fails"::equals).hasSize(4);
        assertThat(mostRunning).hasValue(1);
        others.forEach(job -> jobs.await(job, "COMPLETED", Duration.ofSeconds(5)));
        assertThat(jobs.history(failing)).isEqualTo("QUEUED PROCESSING FAILED");
        assertThat(jobs.awaitLetter(failing, "metadata"))
                .contains("\"attempts\":4", "\"attempt\":1", "\"route\":\"attempt-job\"", "job.v1")
                .contains("\\\"job_id\\\"");
    }

    @Test
    void doesNotRetryAPermanentFailureThatFollowsATransientOne() {
        String job = jobs.submit("busy, then denied");

        jobs.await(job, "FAILED", Duration.ofSeconds(20));

        assertThat(tries).containsExactly("busy, then denied", "busy, then denied");
        assertThat(jobs.awaitLetter(job, "to_json(dead_letters)"))
                .contains("\"attempts\":2", "HTTP operation failed invoking http://host/a?*** with statusCode: 403")
                .doesNotContain("s3cr3t");
    }

    @Test
    void doesNotRetryOnAFullDisk() {
        for (String content : List.of("full file", "full stream")) {
            String job = jobs.submit(content);
            jobs.await(job, "FAILED", Duration.ofSeconds(20));
            assertThat(tries).containsOnlyOnce(content);
            assertThat(jobs.read("SELECT error_code FROM results WHERE job_id = cast(? AS uuid)", String.class, job))
                    .isEqualTo("STORAGE_FULL");
        }
    }

    /** Rendering this video takes longer than the time limit. */
    @Test
    void killsTheEncoderAtTheTimeLimit() throws Exception {
        VideoTools tools = new VideoTools("", folder);
        RenderStage stage = new RenderStage(
                new ArtifactStore(folder.resolve("artifacts")), tools, (jobId, attempt, name, percent) -> {});
        Map<String, Object> scene = Map.of("text", "A long one.", "start", 0, "end", 60);
        Map<String, Object> film = Map.of(
                "content",
                "A long one.",
                "preset",
                "cinema_spot",
                "lang",
                "en",
                "duration_sec",
                60,
                // Music could take up the time before the encoder starts.
                "metadata",
                Map.of("soundtrack", "none"),
                "storyboard",
                Map.of("scenes", List.of(scene), "truncated", false));
        Map<String, Object> preset = Formats.preset("cinema_spot");
        try (Worker rendering = Worker.start(
                exchange -> stage.render(film, preset, "job", 1), Map.of("aiprod.pipeline.timeout", "4s"))) {
            Jobs its = rendering.jobs();
            String job = its.submit("A long one.");
            Jobs.await(RetryTest::encodes, Duration.ofSeconds(60), () -> its.history(job));
            its.await(job, "FAILED", Duration.ofSeconds(60));
            assertThat(its.read("SELECT error_code FROM results WHERE job_id = cast(? AS uuid)", String.class, job))
                    .isEqualTo("PIPELINE_TIMEOUT");
            assertThat(encodes()).isFalse();
        } finally {
            tools.destroy();
        }
    }

    private static boolean encodes() {
        return ProcessHandle.current()
                .descendants()
                .anyMatch(child -> child.info().command().orElse("").endsWith("ffmpeg"));
    }

    private static void pipeline(Exchange exchange) throws IOException, HttpOperationFailedException {
        mostRunning.accumulateAndGet(running.incrementAndGet(), Math::max);
        try {
            String content = (String) exchange.getMessage().getBody(Map.class).get("content");
            tries.add(content);
            if (content.equals("full file")) {
                throw new FileSystemException("/artifacts/poster.png", null, "No space left on device");
            } else if (content.equals("full stream")) {
                throw new UncheckedIOException(new IOException("No space left on device"));
            } else if (content.equals("busy, then denied") && tries.size() > 1) {
                throw new HttpOperationFailedException(
                        "http://me:s3cr3t@host/a?sig=s3cr3t", 403, "Forbidden", null, Map.of(), "");
            } else if (content.equals("fails") || content.equals("busy, then denied")) {
                throw new TransientStageException("BACKEND_BUSY", "The backend is busy.");
            }
        } finally {
            running.decrementAndGet();
        }
    }
}
