package com.aiprod.pipeline.system.pipelines;

import static com.aiprod.pipeline.system.pipelines.Installation.user;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Files of the flow that somebody saves while the application runs for development. */
@ExtendWith(OutputCaptureExtension.class)
class FlowReloadIT {

    private static final Path FLOW = Path.of("src/main/resources/routes");
    private static final String READ_JOB = "api/read-job.camel.yaml";
    private static final String RECEIVE_JOBS = "work/receive-job.camel.yaml";
    private static final String KNOWN = "There is no such job.";

    @TempDir
    private Path sources;

    @TempDir
    private Path folder;

    private static ConditionFactory await(String what) {
        return Awaitility.await(what).atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(100));
    }

    private static String answer(User user) throws Exception {
        return user.get("/pipeline/job/" + UUID.randomUUID()).body();
    }

    private void copyFlow() throws IOException {
        try (Stream<Path> files = Files.walk(FLOW)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = sources.resolve(FLOW.relativize(file));
                Files.createDirectories(copy.getParent());
                Files.copy(file, copy);
            }
        }
    }

    private void edit(String path, String from, String to) throws IOException {
        Path file = sources.resolve(path);
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    @Test
    void aSavedFileIsLiveOrRefused(CapturedOutput log) throws Exception {
        copyFlow();
        try (Installation installation = new Installation(folder)) {
            var application = installation.start(
                    Map.of("aiprod.pipeline.sources", sources.toString(), "aiprod.pipeline.route", "echo"));
            User alice = user(application, "alice");
            assertThat(answer(alice)).contains(KNOWN);

            edit(READ_JOB, KNOWN, "No job has this ID.");
            await("the new text").until(() -> answer(alice).contains("No job has this ID."));

            edit(READ_JOB, "uri: direct:check-owner\n      steps", "uri: direct:check-ownr\n      steps");
            await("the refusal").until(() -> log.getAll().contains("Not reloaded: " + sources.resolve(READ_JOB) + ":"));
            assertThat(answer(alice)).contains("No job has this ID.");

            edit(READ_JOB, "uri: direct:check-ownr\n      steps", "uri: direct:check-owner\n      steps");
            edit(READ_JOB, "No job has this ID.", "This job is not there.");
            await("the mended file").until(() -> answer(alice).contains("This job is not there."));

            installation.write(READ_JOB, Files.readString(FLOW.resolve(READ_JOB)));
            await("the file that lies over it").until(() -> answer(alice).contains(KNOWN));

            installation.delete(READ_JOB);
            await("the file below it").until(() -> answer(alice).contains("This job is not there."));

            String text = Files.readString(sources.resolve(READ_JOB));
            int last = text.lastIndexOf("- route:\n");
            Path earlier = sources.resolve("api/cancel-job.camel.yaml");
            Files.writeString(earlier, Files.readString(earlier) + text.substring(last));
            Files.writeString(sources.resolve(READ_JOB), text.substring(0, last).replace("is not there", "is away"));
            await("a route in another file").until(() -> answer(alice).contains("This job is away."));

            edit(RECEIVE_JOBS, "Takes a JobMessage,", "Takes a message,");
            await("the worker's route").until(() -> log.getAll().contains("Reloaded " + sources.resolve(RECEIVE_JOBS)));
            String job =
                    User.json(alice.submit("{\"content\":\"x\"}")).get("job_id").asText();
            alice.await(job, "COMPLETED");
            assertThat(alice.get("/pipeline/job/" + job).statusCode()).isEqualTo(200);

            installation.write("api/my-route.yaml", "- route:\n");
            await("the misnamed file")
                    .until(() -> log.getAll()
                            .contains("Not reloaded: " + folder.resolve("api/my-route.yaml")
                                    + ": The name of this file"));
            installation.delete("api/my-route.yaml");

            Path latin = sources.resolve("api/list-presets.camel.yaml");
            byte[] before = Files.readAllBytes(latin);
            Files.writeString(
                    latin, "# caf\u00e9\n" + new String(before, StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            await("the file in another encoding").until(() -> log.getAll().contains("Not reloaded: " + latin));
            Files.write(latin, before);

            edit("shared/errors.camel.yaml", "For routes that consume", "For all routes that consume");
            await("the limit")
                    .until(() -> log.getAll()
                            .contains("Not reloaded: shared/errors.camel.yaml: restart to apply this change"));
        }
    }
}
