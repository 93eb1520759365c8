package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.TransientStageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real route files with the real stages. */
class VideoRoutesTest extends CamelTestSupport {

    private static final List<String> FILES = List.of(
            "video/video",
            "video/check-options",
            "video/sanitize-content",
            "video/plan-storyboard",
            "video/render-video",
            "video/check-video",
            "video/deliver-artifacts",
            "echo/echo");

    @TempDir
    Path root;

    private final List<String> reports = new CopyOnWriteArrayList<>();

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext context = new DefaultCamelContext();
        for (String file : FILES) {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(PluginHelper.getResourceLoader(context)
                            .resolveResource("classpath:routes/pipelines/" + file + ".camel.yaml"));
        }
        return context;
    }

    @Override
    protected void bindToRegistry(Registry registry) {
        ArtifactStore store = new ArtifactStore(root);
        Progress progress = (jobId, attempt, stage, percent) -> reports.add(stage + " " + percent);
        registry.bind("optionsStage", new OptionsStage());
        registry.bind("sanitizeStage", new SanitizeStage(progress));
        registry.bind("storyboardStage", new StoryboardStage(progress));
        registry.bind("renderStage", new RenderStage(store, Film.tools(), progress));
        registry.bind("checkStage", new CheckStage(Film.tools(), progress));
        registry.bind("deliverStage", new DeliverStage(store, progress));
        registry.bind("workFiles", new WorkFiles(store));
    }

    @Test
    void makesAVideoAPosterAndCaptions() throws Exception {
        Map<?, ?> output = run("video", job("quick_social", "One day, the sea sang back.", 1));

        assertThat(output.get("duration_sec")).isEqualTo(1);
        assertThat(output.get("width")).isEqualTo(720);
        assertThat(output.get("height")).isEqualTo(1280);
        assertThat(output.get("alt")).asString().startsWith("One day, the sea");
        List<?> artifacts = (List<?>) output.get("artifacts");
        assertThat(artifacts).hasSize(3);
        for (Object listed : artifacts) {
            Map<?, ?> artifact = (Map<?, ?>) listed;
            String name = (String) artifact.get("name");
            assertThat(artifact.get("url")).isEqualTo("/pipeline/job/job-1/artifacts/" + name);
            assertThat(new ArtifactStore(root).find("job-1", 2, name))
                    .hasValueSatisfying(file -> assertThat(file).hasSize((Long) artifact.get("bytes")));
        }
        assertThat(reports)
                .containsSubsequence("sanitize 100", "storyboard 100", "render 100", "check 100", "deliver 100");
        assertThat(workFolders()).isEmpty();
    }

    @Test
    void aPermanentFailureLeavesItsCodeAndNoFile() throws Exception {
        assertThatThrownBy(() -> run("video", job("quick_social", "\u0007", 1)))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("CONTENT_EMPTY"));
        assertThat(workFolders()).isEmpty();
    }

    @Test
    void aStageCanBeReplaced() throws Exception {
        AdviceWith.adviceWith(
                context,
                "plan-storyboard",
                route -> route.weaveById("plan-scenes")
                        .replace()
                        .setBody()
                        .constant(Map.of("preset", "quick_social", "storyboard", Map.of("scenes", List.of()))));

        assertThatThrownBy(() -> run("video", job("quick_social", "Hello", 1)))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("STORYBOARD_INVALID"));
    }

    @Test
    void aFailureAfterRenderingLeavesNoWorkFiles() throws Exception {
        AdviceWith.adviceWith(
                context,
                "check-video",
                route -> route.weaveById("probe-files")
                        .replace()
                        .throwException(new TransientStageException("VIDEO_UNREADABLE", "as if the disk had failed")));

        assertThatThrownBy(() -> run("video", job("quick_social", "Hello", 1)))
                .isInstanceOf(TransientStageException.class);
        assertThat(reports).contains("render 100");
        assertThat(workFolders()).isEmpty();
        assertThat(root.resolve("job-1")).doesNotExist();
    }

    @Test
    void echoReturnsItsInput() throws Exception {
        Map<String, Object> job = job("quick_social", "Hello", 1);

        assertThat(run("echo", job)).isEqualTo(job);
    }

    private Map<?, ?> run(String pipeline, Map<String, Object> job) throws Exception {
        try {
            return fluentTemplate
                    .withBody(job)
                    .withHeaders(Map.of("jobId", "job-1", "attempt", 2))
                    .withVariable("preset", Formats.preset((String) job.get("preset")))
                    .to("direct:" + pipeline)
                    .request(Map.class);
        } catch (CamelExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    private List<Path> workFolders() throws IOException {
        Path work = root.resolve(".work");
        if (!Files.exists(work)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(work)) {
            return folders.toList();
        }
    }

    private static Map<String, Object> job(String preset, String content, int seconds) {
        return Map.of(
                "job_id",
                "job-1",
                "user_id",
                "user-1",
                "content",
                content,
                "preset",
                preset,
                "metadata",
                Map.of(),
                "lang",
                "en",
                "duration_sec",
                seconds);
    }
}
