package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.stage.WorkerFaultException;
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

    private static final String TEMPORARY = System.getProperty("java.io.tmpdir");

    @TempDir
    Path root;

    @Test
    void anInterruptStopsRenderingAtOnceAndLeavesNoFile() throws Exception {
        CountDownLatch drawing = new CountDownLatch(1);
        RenderStage stage = new RenderStage(new ArtifactStore(root), Film.tools(), (jobId, attempt, name, percent) -> {
            if (percent > 0) {
                drawing.countDown();
            }
        });
        FutureTask<Map<String, Object>> rendering = new FutureTask<>(() -> stage.render(
                RenderProbe.job("cinema_spot", "A long one.", 8), Formats.preset("cinema_spot"), "job", 1));
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

    /** The kernel limits the process to files larger than the fonts but smaller than the video. */
    @Test
    void aFileSizeLimitCountsAsAFullDisk() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "needs a shell's ulimit");
        // FFmpeg must be unpacked first because it also exceeds the limit.
        Film.tools().check();

        assertThat(probe(
                        List.of("/bin/sh", "-c", "ulimit -f 1200; exec \"$@\"", "probe"),
                        Map.of(),
                        List.of("cinema_spot", "The river remembers", "6", root.toString(), TEMPORARY, "")))
                .containsExactly("STORAGE_FULL");
        assertThat(files()).isEmpty();
    }

    /** Uses file systems that are just too small for each file in turn, or mounted noexec. */
    @Test
    void reportsAFullDiskAndANoexecDisk() throws Exception {
        Map<?, ?> files = (Map<?, ?>)
                new RenderStage(new ArtifactStore(root), Film.tools(), (jobId, attempt, name, percent) -> {})
                        .render(
                                RenderProbe.job("quick_social", "The river remembers", 1),
                                Formats.preset("quick_social"),
                                "job",
                                1)
                        .get("render");
        long video = pages(files.get("video"));
        long poster = pages(files.get("poster"));
        Disks disks = new Disks(root);
        String scratch = TEMPORARY;
        List<String> places = new ArrayList<>(List.of("quick_social", "The river remembers", "1"));
        places.addAll(List.of(disks.add("enough", "size=64m"), scratch, ""));
        places.addAll(List.of(disks.add("no-video", "size=" + (video - 8192)), scratch, ""));
        places.addAll(List.of(disks.add("no-poster", "size=" + (video + poster - 4096)), scratch, ""));
        places.addAll(List.of(disks.add("no-captions", "size=" + (video + poster)), scratch, ""));
        String good = disks.add("good", "size=64m");
        places.addAll(List.of(good, disks.add("no-ffmpeg", "size=1m"), ""));
        places.addAll(
                List.of(good, disks.add("no-film", "size=64k"), elsewhere().toString()));
        places.addAll(List.of(good, disks.add("noexec", "size=128m,noexec"), ""));

        List<String> said = probe(disks.command(), Map.of(), places);

        assertThat(said.subList(0, 6))
                .containsExactly(
                        "rendered", "STORAGE_FULL", "STORAGE_FULL", "STORAGE_FULL", "STORAGE_FULL", "STORAGE_FULL");
        assertThat(said.get(6))
                .startsWith(WorkerFaultException.class.getName())
                .contains("Permission denied", "AIPROD_VIDEO_SCRATCH_DIR");
    }

    private static long pages(Object file) throws IOException {
        return (Files.size(Path.of((String) file)) + 4095) / 4096 * 4096;
    }

    /** Unpacks the bundled FFmpeg outside the scratch folder. */
    private Path elsewhere() throws IOException {
        Path real = new BundledFfmpeg().unpack(Files.createDirectories(root.resolve("elsewhere")));
        Path script = Files.writeString(
                root.resolve("ffmpeg"),
                "#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s \"$@\"\n".formatted(real.getParent(), real));
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    /** File systems that only one process sees and that end with it. */
    private record Disks(Path root, StringBuilder mounts) {

        private static final List<String> ALONE =
                List.of("unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c");

        Disks(Path root) {
            this(root, new StringBuilder("set -e; "));
        }

        String add(String name, String options) throws IOException {
            Path folder = Files.createDirectories(root.resolve(name));
            mounts.append("mount -t tmpfs -o %s tmpfs %s; ".formatted(options, folder));
            return folder.toString();
        }

        List<String> command() throws Exception {
            try {
                Process process = new ProcessBuilder(with(mounts.toString())).start();
                Assumptions.assumeTrue(process.waitFor() == 0, "needs file systems of its own");
            } catch (IOException e) {
                Assumptions.abort("needs unshare");
            }
            List<String> command = with(mounts + "exec \"$@\"");
            command.add("probe");
            return command;
        }

        private static List<String> with(String script) {
            List<String> command = new ArrayList<>(ALONE);
            command.add(script);
            return command;
        }
    }

    /** An unloadable file shadows the fontconfig library, as if the library were missing. */
    @Test
    void rendersAllLettersWithoutFontconfig() throws Exception {
        Path nothing = Files.createDirectories(root.resolve("libraries"));
        Files.createFile(nothing.resolve("libfontconfig.so.1"));
        Files.createFile(nothing.resolve("libfontconfig.so"));

        assertThat(probe(
                        List.of(),
                        Map.of("LD_LIBRARY_PATH", nothing.toString()),
                        List.of("quick_social", "سلام Hello 你好", "2", root.toString(), TEMPORARY, "")))
                .containsExactly("rendered");
    }

    private static List<String> probe(List<String> before, Map<String, String> environment, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                RenderProbe.class.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return said.lines()
                .filter(line -> line.matches("(rendered|STORAGE_FULL|com\\.aiprod.*)"))
                .toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(file -> file.toString().contains(".work/job")).toList();
        }
    }
}
