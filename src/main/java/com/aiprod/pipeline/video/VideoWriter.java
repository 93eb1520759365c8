package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.stage.WorkerFaultException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes frames to an MP4 file that plays everywhere: H.264, yuv420p in BT.709, one key frame per second for seeking,
 * and the index first so that browsers start at once. Frames go through a pipe to an FFmpeg process that encodes them.
 *
 * <p>Not thread-safe.
 */
final class VideoWriter implements AutoCloseable {

    /** Frames between the caller and the pipe, so that drawing and encoding run in parallel. */
    private static final int FRAMES_IN_FLIGHT = 2;

    /** The capacity of a pipe; larger writes are copied once more on their way. */
    private static final int CHUNK = 1 << 16;

    /** How long a process that has stopped reading may take to end and report why. */
    private static final Duration DEATH_LIMIT = Duration.ofSeconds(2);

    private static final int SIGKILL = 128 + 9;
    private static final int SIGTERM = 128 + 15;
    private static final int SIGXFSZ = 128 + 25;

    private final FfmpegProcess ffmpeg;
    private final ExecutorService pipe;
    private final byte[][] buffers = new byte[FRAMES_IN_FLIGHT][];
    private final Future<?>[] sent = new Future<?>[FRAMES_IN_FLIGHT];
    private final int width;
    private final int frameBytes;
    private int frames;
    private final AtomicInteger taken = new AtomicInteger();

    /**
     * Starts the process.
     *
     * @param file is created or overwritten
     * @param width in pixels, even
     * @param height in pixels, even
     * @param frameRate frames per second
     * @throws WorkerFaultException if FFmpeg cannot be started
     */
    VideoWriter(VideoTools tools, Path file, int width, int height, int frameRate) {
        this.width = width;
        this.frameBytes = Yuv.size(width, height);
        this.ffmpeg = tools.start(command(file, width, height, frameRate));
        this.pipe = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "frames-to-" + file.getFileName());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Encodes frames that come through its standard input. */
    static List<String> command(Path file, int width, int height, int frameRate) {
        List<String> command = new ArrayList<>(List.of(("ffmpeg -nostats -hide_banner -loglevel warning -y"
                        + " -f rawvideo -pixel_format yuv420p -video_size %sx%s -framerate %s"
                        + " -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -i pipe:0"
                        // One encoder per slot runs at a time, so each uses one core.
                        + " -c:v libx264 -threads 1 -preset veryfast -crf 19 -profile:v high -g %s"
                        // More bits for dark areas, where bands would show.
                        + " -aq-mode 3 -movflags +faststart -f mp4")
                .formatted(width, height, frameRate, frameRate)
                .split(" ")));
        command.add(file.toString());
        return command;
    }

    /**
     * Appends a frame; waits while the encoder is behind.
     *
     * @param frame 0xRRGGBB for each pixel, row by row; the caller may change it afterwards
     * @throws WorkerFaultException if FFmpeg ended before it took a frame
     * @throws IOException if FFmpeg ended later; names the reason if the disk is full
     */
    void write(int[] frame) throws IOException, InterruptedException {
        int slot = frames % FRAMES_IN_FLIGHT;
        awaitSent(slot);
        if (buffers[slot] == null) {
            buffers[slot] = new byte[frameBytes];
        }
        byte[] buffer = buffers[slot];
        Yuv.convert(frame, width, buffer);
        sent[slot] = pipe.submit(() -> {
            send(buffer);
            return null;
        });
        frames++;
    }

    private void send(byte[] buffer) throws IOException {
        OutputStream stdin = ffmpeg.stdin();
        for (int i = 0; i < buffer.length; i += CHUNK) {
            stdin.write(buffer, i, Math.min(CHUNK, buffer.length - i));
        }
        taken.incrementAndGet();
    }

    private void awaitSent(int slot) throws IOException, InterruptedException {
        if (sent[slot] == null) {
            return;
        }
        try {
            sent[slot].get();
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** Finishes the file, which is not playable before. Throws as {@link #write} does. */
    void finish() throws IOException, InterruptedException {
        for (int slot = 0; slot < FRAMES_IN_FLIGHT; slot++) {
            awaitSent(slot);
        }
        try {
            ffmpeg.stdin().close();
        } catch (IOException e) {
            throw failure(e);
        }
        ffmpeg.await();
        if (!ffmpeg.succeeded()) {
            throw failure(null);
        }
    }

    private IOException failure(Throwable cause) throws InterruptedException {
        boolean ended = ffmpeg.await(DEATH_LIMIT);
        int exitCode = ffmpeg.exitCode();
        String said = ffmpeg.toString();
        if (StorageFull.isNamedIn(said) || exitCode == SIGXFSZ) {
            return new IOException("No space left on device: " + said, cause);
        }
        boolean killed = exitCode == SIGKILL || exitCode == SIGTERM;
        if (ended && !killed && taken.get() == 0) {
            throw new WorkerFaultException("FFmpeg does not work on this machine: " + said, cause);
        }
        return new IOException("After %s frames %s".formatted(taken, said), cause);
    }

    /** Kills the process if it still runs, and waits until it is gone; the file stays as it is. */
    @Override
    public void close() {
        ffmpeg.close();
        pipe.shutdownNow();
    }
}
