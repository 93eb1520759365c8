package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.WorkerFaultException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/** What a worker needs on its machine to make videos: FFmpeg, and a folder for files in progress. */
@Component
public class VideoTools implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(VideoTools.class);
    private static final Duration CHECK_LIMIT = Duration.ofSeconds(30);

    /** The environment variables passed to child processes; the rest may contain secrets. */
    private static final List<String> ENVIRONMENT = List.of("PATH", "SystemRoot");

    private final String program;
    private final Scratch scratch;
    private final Set<FfmpegProcess> running = ConcurrentHashMap.newKeySet();
    private BundledFfmpeg bundled;

    /**
     * Does not access the disk or start a process yet.
     *
     * @param program an {@code ffmpeg} to use instead of the bundled one, with {@code ffprobe} in the same folder; or
     *     blank
     * @param scratch a folder on a local disk
     */
    public VideoTools(
            @Value("${aiprod.video.ffmpeg}") String program, @Value("${aiprod.video.scratch-dir}") Path scratch) {
        this.program = program.strip();
        this.scratch = new Scratch(scratch);
    }

    /**
     * Tests all that rendering needs on this machine: creates a video of two frames and probes it.
     *
     * @throws WorkerFaultException describing what does not work
     * @throws PermanentStageException {@code STORAGE_FULL} if the scratch folder is full
     */
    public void check() throws InterruptedException {
        Path folder = makeScratchFolder("check");
        Path video = folder.resolve("check.mp4");
        try (VideoWriter writer = new VideoWriter(this, video, 64, 64, 30)) {
            CompletableFuture.delayedExecutor(CHECK_LIMIT.toSeconds(), TimeUnit.SECONDS)
                    .execute(writer::close);
            writer.write(new int[64 * 64]);
            writer.write(new int[64 * 64]);
            writer.finish();
            try (FfmpegProcess probe = start(List.of("ffprobe", "-v", "error", video.toString()))) {
                probe.await(CHECK_LIMIT);
                if (!probe.succeeded()) {
                    throw new IOException(probe.toString());
                }
            }
        } catch (IOException e) {
            throw StorageFull.named(e) instanceof PermanentStageException full
                    ? full
                    : new WorkerFaultException("FFmpeg does not work on this machine: " + e.getMessage(), e);
        } finally {
            discard(folder);
        }
    }

    /**
     * Starts one of FFmpeg's programs.
     *
     * @param command {@code ffmpeg} or {@code ffprobe}, and its arguments
     * @throws WorkerFaultException if the program cannot be started
     */
    FfmpegProcess start(List<String> command) {
        Path ffmpeg = program.isEmpty() ? unpack() : Path.of(program);
        String name = ffmpeg.getFileName().toString();
        List<String> whole = new ArrayList<>(command);
        // A bare name is looked up in PATH.
        whole.set(
                0, ffmpeg.resolveSibling(name.replace("ffmpeg", command.get(0))).toString());
        Map<String, String> environment = new HashMap<>();
        for (String variable : ENVIRONMENT) {
            if (System.getenv(variable) != null) {
                environment.put(variable, System.getenv(variable));
            }
        }
        if (program.isEmpty()) {
            environment.put("LD_LIBRARY_PATH", ffmpeg.getParent().toString());
        }
        try {
            return FfmpegProcess.start(whole, environment, running);
        } catch (IOException e) {
            throw new WorkerFaultException(
                    "Cannot start FFmpeg (%s). Mount AIPROD_VIDEO_SCRATCH_DIR without noexec or set AIPROD_VIDEO_FFMPEG"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    private synchronized Path unpack() {
        try {
            if (bundled == null) {
                bundled = new BundledFfmpeg();
            }
            return bundled.unpack(scratch.root());
        } catch (IOException e) {
            throw scratchFault(e);
        }
    }

    /**
     * Creates an empty folder on the local disk.
     *
     * @throws WorkerFaultException if the folder cannot be created
     * @throws PermanentStageException {@code STORAGE_FULL} if the disk is full
     */
    Path makeScratchFolder(String prefix) {
        try {
            return scratch.makeFolder(prefix);
        } catch (IOException e) {
            throw scratchFault(e);
        }
    }

    /** Deletes a scratch folder; what cannot be deleted now is deleted with this process's other files. */
    void discard(Path folder) {
        try {
            FileSystemUtils.deleteRecursively(folder);
        } catch (IOException e) {
            LOG.warn("Cannot delete a scratch folder; the next start deletes it: {}", e.toString());
        }
    }

    private static RuntimeException scratchFault(IOException fault) {
        return StorageFull.named(fault) instanceof PermanentStageException full
                ? full
                : new WorkerFaultException(
                        "The scratch folder AIPROD_VIDEO_SCRATCH_DIR is not usable (%s)".formatted(fault), fault);
    }

    /** Kills running processes and deletes this process's scratch files. */
    @Override
    public void destroy() throws IOException {
        running.forEach(FfmpegProcess::close);
        scratch.close();
    }
}
