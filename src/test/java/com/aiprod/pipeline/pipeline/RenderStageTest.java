package com.aiprod.pipeline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderStageTest {

    @TempDir
    Path root;

    @Test
    void anInterruptStopsItAtOnceAndLeavesNoFile() throws Exception {
        CountDownLatch drawing = new CountDownLatch(1);
        RenderStage stage = new RenderStage(new ArtifactStore(root), Film.tools(), (jobId, attempt, name, percent) -> {
            if (percent > 0) {
                drawing.countDown();
            }
        });
        FutureTask<Map<String, Object>> rendering = new FutureTask<>(() -> stage.render(longJob(), "job", 1));
        Thread worker = new Thread(rendering);
        worker.start();
        assertThat(drawing.await(60, TimeUnit.SECONDS)).isTrue();

        long interrupted = System.nanoTime();
        worker.interrupt();
        worker.join();

        assertThat(Duration.ofNanos(System.nanoTime() - interrupted)).isLessThan(Duration.ofSeconds(1));
        assertThat(rendering).isDone();
        assertThat(org.assertj.core.api.Assertions.catchThrowableOfType(ExecutionException.class, rendering::get))
                .hasCauseInstanceOf(InterruptedException.class);
        assertThat(files()).isEmpty();
    }

    /** The kernel refuses the process files that are larger than the fonts and smaller than the video. */
    @Test
    void aFullDiskIsNamedAndNoHalfFileStays() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell's ulimit");
        // FFmpeg must be unpacked before: it is larger too.
        Film.tools().check();

        String said = probe(
                List.of("/bin/sh", "-c", "ulimit -f 1200; exec \"$@\"", "probe"),
                Map.of(),
                "cinema_spot",
                "The river remembers");

        assertThat(said).startsWith("STORAGE_FULL: The storage for videos is full");
        assertThat(files()).isEmpty();
    }

    /** What stands in front of the fontconfig library cannot be loaded, as where there is no such library. */
    @Test
    void aMachineWithoutFontconfigShowsAllLetters() throws Exception {
        Path nothing = Files.createDirectories(root.resolve("libraries"));
        Files.createFile(nothing.resolve("libfontconfig.so.1"));
        Files.createFile(nothing.resolve("libfontconfig.so"));

        assertThat(probe(List.of(), Map.of("LD_LIBRARY_PATH", nothing.toString()), "quick_social", "سلام Hello 你好"))
                .isEqualTo("rendered");
    }

    private String probe(List<String> before, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                RenderProbe.class.getName(),
                root.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return said.lines().reduce((first, last) -> last).orElse("");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(file -> file.toString().contains(".work/job")).toList();
        }
    }

    private static Map<String, Object> longJob() {
        return Map.of(
                "content", "A long one.",
                "preset", "cinema_spot",
                "lang", "en",
                "duration_sec", 60,
                "storyboard", new Storyboard(List.of(new Scene("A long one.", 0, 60)), false).toMap());
    }
}
