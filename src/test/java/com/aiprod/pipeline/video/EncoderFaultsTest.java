package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.WorkerFaultException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Encoders that fail to start, hang, crash, or are killed leave no process and no file behind. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the programs are shell scripts")
class EncoderFaultsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    /** No encoder ends by itself before it is stopped. Each second of music takes time before the encoder starts. */
    private static final int LENGTH = 8;

    @TempDir
    Path folder;

    private VideoTools tools;

    @AfterEach
    void assertNothingLeft() throws IOException {
        Awaitility.await().atMost(SOON).until(() -> children(), List::isEmpty);
        try (Stream<Path> files = Files.walk(folder.resolve("scratch"))) {
            assertThat(files.filter(file -> file.toString().contains("film-"))).isEmpty();
        }
        tools.destroy();
    }

    private static List<String> children() {
        return ProcessHandle.current()
                .descendants()
                .map(child -> child.info().commandLine().orElse(""))
                .filter(command -> command.contains("ffmpeg") || command.contains("sleep 600"))
                .toList();
    }

    @Test
    void cancellationsLeaveNothingBehind() throws Exception {
        tools = new VideoTools("", Files.createDirectories(folder.resolve("scratch")));
        Semaphore framesBegan = new Semaphore(0);
        AtomicInteger stopped = new AtomicInteger();
        ArtifactStore store = new ArtifactStore(folder.resolve("artifacts"));
        RenderStage stage = new RenderStage(store, tools, (jobId, attempt, name, percent) -> framesBegan.release());
        for (int round = 0; round < 10; round++) {
            List<Thread> renderings = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String id = "job-" + round + "-" + i;
                Thread rendering = new Thread(() -> {
                    if (catchThrowable(() -> stage.render(
                                    RenderProbe.job("cinema_spot", "A long one.", LENGTH),
                                    Formats.preset("cinema_spot"),
                                    id,
                                    1))
                            instanceof InterruptedException) {
                        stopped.incrementAndGet();
                    }
                });
                rendering.start();
                renderings.add(rendering);
            }
            assertThat(framesBegan.tryAcquire(4, 60, TimeUnit.SECONDS)).isTrue();
            for (Thread rendering : renderings) {
                // Repeatedly, as a worker does.
                while (rendering.isAlive()) {
                    rendering.interrupt();
                    rendering.join(10);
                }
            }
            framesBegan.drainPermits();
        }
        assertThat(stopped).hasValue(40);
        assertThat(children()).isEmpty();
        assertThat(folder.resolve("artifacts/.work")).isEmptyDirectory();
    }

    @Test
    void anInterruptStopsAnEncoderThatNeverReads() throws Exception {
        // Without exec, so that the process to kill is a grandchild.
        stopWhile(script("sleep 600; exit 1"));
    }

    @Test
    void anInterruptStopsASlowEncoder() throws Exception {
        stopWhile(script("while head -c 20000 >/dev/null; do sleep 0.02; done"));
    }

    private void stopWhile(VideoTools slow) throws Exception {
        tools = slow;
        CountDownLatch began = new CountDownLatch(1);
        RenderStage stage = new RenderStage(
                new ArtifactStore(folder.resolve("artifacts")),
                tools,
                (jobId, attempt, name, percent) -> began.countDown());
        List<Throwable> thrown = new ArrayList<>();
        Thread rendering = new Thread(() -> thrown.add(catchThrowable(() -> stage.render(
                RenderProbe.job("cinema_spot", "A long one.", LENGTH), Formats.preset("cinema_spot"), "job", 1))));
        rendering.start();
        assertThat(began.await(60, TimeUnit.SECONDS)).isTrue();
        Awaitility.await().atMost(SOON).until(() -> !children().isEmpty());
        rendering.interrupt();
        rendering.join(SOON.toMillis());
        assertThat(thrown).singleElement().isInstanceOf(InterruptedException.class);
    }

    @Test
    void aCrashOfTheEncoderIsTransientAndNamesTheCause() {
        tools = script("head -c 5000000 >/dev/null; echo it broke >&2; exit 3");
        assertThatThrownBy(this::film)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exit code 3")
                .hasMessageContaining("it broke");
    }

    @Test
    void aKilledEncoderIsNotAWorkerFault() {
        tools = script("kill -9 $$");
        assertThatThrownBy(this::film).isInstanceOf(IOException.class).hasMessageContaining("exit code 137");
    }

    @Test
    void killsAnEncoderThatStopsReading() {
        tools = script("head -c 5000000 >/dev/null; exec 0<&-; sleep 600");
        assertThatThrownBy(this::film).isInstanceOf(IOException.class).hasMessageContaining("is still running");
    }

    @Test
    void drainsTheOutputOfAVerboseEncoder() throws Exception {
        tools = script("i=0; while [ $i -lt 40000 ]; do echo line $i of a very talkative program >&2; i=$((i+1)); done;"
                + " cat >/dev/null");
        film();
    }

    @Test
    void reportsAFullDiskOfTheEncoder() {
        tools = script(
                "head -c 5000000 >/dev/null; echo 'Error writing trailer: No space left on device' >&2; exit 228");
        assertThat(StorageFull.named((Exception) catchThrowable(this::film)))
                .isInstanceOfSatisfying(
                        PermanentStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("STORAGE_FULL"));
    }

    @Test
    void anEncoderThatCannotRunIsAWorkerFault() throws Exception {
        tools = script("echo 'error while loading shared libraries: libx.so.1' >&2; exit 127");
        assertThatThrownBy(this::film)
                .isInstanceOf(WorkerFaultException.class)
                .hasMessageContaining("exit code 127")
                .hasMessageContaining("libx.so.1");
        assertThatThrownBy(tools::check).isInstanceOf(WorkerFaultException.class);
    }

    @Test
    void anEncoderThatCannotStartIsAWorkerFault() throws Exception {
        Path scratch = Files.createDirectories(folder.resolve("scratch"));
        tools = new VideoTools(folder.resolve("ffmpeg").toString(), scratch);
        assertThatThrownBy(this::film)
                .isInstanceOf(WorkerFaultException.class)
                .hasMessageContaining("No such file")
                .hasMessageContaining("AIPROD_VIDEO_FFMPEG");
        Files.writeString(folder.resolve("ffmpeg"), "not executable");
        assertThatThrownBy(this::film)
                .isInstanceOf(WorkerFaultException.class)
                .hasMessageContaining("Permission denied");
    }

    @Test
    void aMissingScratchFolderIsAWorkerFault() throws Exception {
        Files.createDirectories(folder.resolve("scratch"));
        Path file = Files.createFile(folder.resolve("file"));
        tools = new VideoTools("", file);
        assertThatThrownBy(() -> new RenderStage(
                                new ArtifactStore(folder.resolve("artifacts")),
                                tools,
                                (job, attempt, name, percent) -> {})
                        .render(
                                RenderProbe.job("cinema_spot", "A long one.", LENGTH),
                                Formats.preset("cinema_spot"),
                                "job",
                                1))
                .isInstanceOf(WorkerFaultException.class)
                .hasMessageContaining("AIPROD_VIDEO_SCRATCH_DIR");
        assertThatThrownBy(tools::check).isInstanceOf(WorkerFaultException.class);
        assertThat(folder.resolve("artifacts/.work")).isEmptyDirectory();
    }

    @Test
    void aCheckPassesOnAHealthyWorker() throws Exception {
        tools = new VideoTools("", Files.createDirectories(folder.resolve("scratch")));
        tools.check();
        tools.check();
    }

    /** A killed process deletes nothing. The next process deletes its folder, but none of a live process. */
    @Test
    void deletesTheScratchFoldersOfDeadProcessesOnly() throws Exception {
        Path scratch = Files.createDirectories(folder.resolve("scratch"));
        tools = new VideoTools("", scratch);
        Path mine = tools.makeScratchFolder("mine");
        Process dead = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.awt.headless=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RenderProbe.class.getName(),
                        "cinema_spot",
                        "A long one.",
                        String.valueOf(LENGTH),
                        folder.resolve("artifacts").toString(),
                        scratch.toString(),
                        "")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("said").toFile())
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(() -> !films(scratch).isEmpty());
        List<ProcessHandle> encoders = dead.descendants().toList();
        assertThat(encoders).isNotEmpty();

        dead.destroyForcibly().waitFor();

        Awaitility.await().atMost(SOON).until(() -> encoders.stream().noneMatch(ProcessHandle::isAlive));
        try (VideoToolsOf next = new VideoToolsOf(new VideoTools("", scratch))) {
            next.tools().makeScratchFolder("next");
            assertThat(films(scratch)).isEmpty();
            assertThat(mine).exists();
        }
        assertThat(folder.resolve("artifacts/job")).doesNotExist();
    }

    private record VideoToolsOf(VideoTools tools) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            tools.destroy();
        }
    }

    private static List<Path> films(Path scratch) throws IOException {
        try (Stream<Path> files = Files.walk(scratch)) {
            return files.filter(file -> file.toString().endsWith("video.mp4")).toList();
        } catch (java.io.UncheckedIOException e) {
            return List.of();
        }
    }

    private void film() throws IOException, InterruptedException {
        try (VideoWriter writer = new VideoWriter(tools, folder.resolve("video.mp4"), 720, 1280, 30)) {
            for (int i = 0; i < 30; i++) {
                writer.write(new int[720 * 1280]);
            }
            writer.finish();
        }
    }

    private VideoTools script(String body) {
        try {
            Path script = Files.writeString(folder.resolve("ffmpeg"), "#!/bin/sh\n" + body + "\n");
            assertThat(script.toFile().setExecutable(true)).isTrue();
            return new VideoTools(script.toString(), Files.createDirectories(folder.resolve("scratch")));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
