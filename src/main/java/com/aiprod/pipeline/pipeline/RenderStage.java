package com.aiprod.pipeline.pipeline;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.stereotype.Component;

/** Draws the storyboard's frames and writes them as a video, with a poster and captions. */
@Component
public class RenderStage {

    static final String VIDEO = "video.mp4";
    static final String POSTER = "poster.png";
    static final String CAPTIONS = "captions.vtt";

    /** Frames on their way between drawing and encoding. */
    private static final int FRAMES_IN_FLIGHT = 3;

    private final ArtifactStore store;
    private final Progress progress;

    /** A stage that works in the store's work folder, and reports there. */
    public RenderStage(ArtifactStore store, Progress progress) {
        this.store = store;
        this.progress = progress;
    }

    /**
     * Takes the job with its {@code storyboard}; adds {@code render}: {@code {video, poster, captions}}, the paths of the
     * files in the attempt's work folder.
     *
     * <p>An interrupt stops it within a frame. However it fails, the work folder is gone afterwards.
     *
     * @throws PermanentStageException {@code STORAGE_FULL} where the disk is full
     */
    public Map<String, Object> render(
            @Body Map<String, Object> job, @Header("jobId") String jobId, @Header("attempt") int attempt)
            throws IOException, InterruptedException {
        Preset preset = Preset.byId((String) job.get("preset")).orElseThrow();
        String language = (String) job.get("lang");
        Storyboard board = Storyboard.of(job);
        Path folder = store.makeWorkFolder(jobId, attempt);
        try {
            Path video = folder.resolve(VIDEO);
            Path poster = folder.resolve(POSTER);
            Path captions = folder.resolve(CAPTIONS);
            FramePainter painter = new FramePainter(preset, (String) job.get("content"), language, board.scenes());
            film(painter, preset, ((Number) job.get("duration_sec")).intValue(), video, jobId, attempt);
            BufferedImage still = new BufferedImage(preset.width(), preset.height(), BufferedImage.TYPE_INT_RGB);
            painter.paint(still, painter.posterSeconds());
            ImageIO.write(still, "png", poster.toFile());
            Files.writeString(captions, Captions.write(board.scenes(), language), StandardCharsets.UTF_8);
            Map<String, Object> rendered = new LinkedHashMap<>(job);
            rendered.put(
                    "render",
                    Map.of(
                            "video", video.toString(),
                            "poster", poster.toString(),
                            "captions", captions.toString()));
            return rendered;
        } catch (IOException | InterruptedException | RuntimeException e) {
            store.discardWork(jobId, attempt);
            throw e;
        }
    }

    /** Draws on this thread and encodes on another: a frame is drawn anew once its last picture is encoded. */
    private void film(FramePainter painter, Preset preset, int seconds, Path video, String jobId, int attempt)
            throws IOException, InterruptedException {
        int frames = seconds * preset.frameRate();
        try (VideoWriter writer = new VideoWriter(video, preset.width(), preset.height(), preset.frameRate())) {
            ExecutorService encoder = Executors.newSingleThreadExecutor(task -> new Thread(task, "encode-" + jobId));
            try {
                BufferedImage[] pictures = new BufferedImage[FRAMES_IN_FLIGHT];
                Future<?>[] encoded = new Future<?>[FRAMES_IN_FLIGHT];
                for (int i = 0; i < frames + FRAMES_IN_FLIGHT; i++) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException("Stopped while rendering");
                    }
                    int slot = i % FRAMES_IN_FLIGHT;
                    if (encoded[slot] != null) {
                        encoded[slot].get();
                    }
                    if (i >= frames) {
                        continue;
                    }
                    if (pictures[slot] == null) {
                        pictures[slot] = new BufferedImage(preset.width(), preset.height(), BufferedImage.TYPE_INT_RGB);
                    }
                    BufferedImage picture = pictures[slot];
                    painter.paint(picture, i / (double) preset.frameRate());
                    encoded[slot] = encoder.submit(() -> {
                        writer.write(((DataBufferInt) picture.getRaster().getDataBuffer()).getData());
                        return null;
                    });
                    if (i % preset.frameRate() == 0) {
                        progress.report(jobId, attempt, "render", i * 100 / frames);
                    }
                }
                writer.finish();
            } finally {
                // The writer may be freed only after the frame in work is done.
                encoder.shutdownNow();
                encoder.awaitTermination(1, TimeUnit.MINUTES);
            }
        } catch (ExecutionException e) {
            throw asThrown(e.getCause());
        }
        progress.report(jobId, attempt, "render", 100);
    }

    private static IOException asThrown(Throwable cause) {
        if (cause instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        return cause instanceof IOException io ? io : new IOException("Encoding failed", cause);
    }
}
