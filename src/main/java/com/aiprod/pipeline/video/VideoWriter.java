package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.stage.WorkerFaultException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Writes frames to an MP4 file that plays everywhere and that social platforms take: H.264 High at a level that phones
 * play, yuv420p in BT.709, square pixels, a key frame at least every two seconds, the index first so that browsers start
 * at once, and no edit list, which some players ignore. Frames go through a pipe to an FFmpeg process that encodes them.
 *
 * <p>Not thread-safe.
 */
final class VideoWriter implements AutoCloseable {

    /**
     * What goes into the file beside the frames.
     *
     * @param sound a sound file; null for a silent video
     * @param title for players that show it; blank for none
     * @param language ISO 639-2 code, such as {@code eng}
     * @param credit whom the pictures are from; blank for nobody
     */
    record Extras(Path sound, String title, String language, String credit) {

        static final Extras NONE = new Extras(null, "", "und", "");
    }

    /**
     * An H.264 level (ITU-T H.264, table A-1).
     *
     * @param blocks most macroblocks of a frame
     * @param rate most macroblocks in a second
     */
    private record Level(String name, int blocks, int rate) {}

    /** The levels that phones decode; x264 chooses the level of a larger picture itself. */
    private static final List<Level> LEVELS = List.of(
            new Level("3.1", 3600, 108_000),
            new Level("4.0", 8192, 245_760),
            new Level("4.2", 8704, 522_240),
            new Level("5.1", 36_864, 983_040));

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
    private final Yuv yuv;
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
        this(tools, file, width, height, frameRate, Extras.NONE);
    }

    /** Starts the process; the sound, title, and language are added to the file. */
    VideoWriter(VideoTools tools, Path file, int width, int height, int frameRate, Extras extras) {
        this.yuv = new Yuv(width);
        this.frameBytes = Yuv.size(width, height);
        this.ffmpeg = tools.start(command(file, width, height, frameRate, extras));
        this.pipe = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "frames-to-" + file.getFileName());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Encodes frames that come through its standard input. */
    static List<String> command(Path file, int width, int height, int frameRate, Extras extras) {
        List<String> command = words(("ffmpeg -nostats -hide_banner -loglevel warning -y"
                        + " -f rawvideo -pixel_format yuv420p -video_size %sx%s -framerate %s"
                        + " -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv -i pipe:0")
                .formatted(width, height, frameRate));
        if (extras.sound() != null) {
            command.addAll(List.of("-i", extras.sound().toString(), "-map", "0:v:0", "-map", "1:a:0"));
            // The default coder distorts single moments of pure tones, with peaks up to 3 dB higher.
            command.addAll(words("-c:a aac -aac_coder fast -b:a 160k -metadata:s:a:0 language=" + extras.language()));
        }
        // One encoder per slot runs at a time, so each uses one core.
        command.addAll(words("-c:v libx264 -threads 1 -preset veryfast -crf 19 -profile:v high"));
        level(width, height, frameRate).ifPresent(level -> command.addAll(List.of("-level:v", level)));
        // Platforms recommend up to 10 Mbit/s for 1080p; more bits for dark areas, where bands would show.
        command.addAll(words("-maxrate 10M -bufsize 10M -g %s -aq-mode 3 -vf setsar=1".formatted(2 * frameRate)));
        command.addAll(List.of("-metadata", "title=" + extras.title(), "-metadata", "comment=" + extras.credit()));
        command.addAll(words("-metadata:s:v:0 language=" + extras.language()));
        // Without an edit list, frames would start late; negative offsets let the first one start at 0.
        command.addAll(words("-movflags +faststart+negative_cts_offsets -use_editlist 0 -f mp4"));
        command.add(file.toString());
        return command;
    }

    private static List<String> words(String arguments) {
        return new ArrayList<>(List.of(arguments.split(" ")));
    }

    private static Optional<String> level(int width, int height, int frameRate) {
        int blocks = (width + 15) / 16 * ((height + 15) / 16);
        return LEVELS.stream()
                .filter(level -> blocks <= level.blocks() && blocks * frameRate <= level.rate())
                .map(Level::name)
                .findFirst();
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
        yuv.convert(frame, buffer);
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
