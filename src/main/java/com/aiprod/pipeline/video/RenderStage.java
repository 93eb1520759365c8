package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.WorkerFaultException;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.imageio.ImageIO;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.stereotype.Component;

/** Renders the storyboard to a video, a poster, and captions. */
@Component
public class RenderStage {

    static final String VIDEO = "video.mp4";
    static final String POSTER = "poster.png";
    static final String CAPTIONS = "captions.vtt";

    private final ArtifactStore store;
    private final VideoTools tools;
    private final Progress progress;

    /** Creates the stage with its store, encoder tools, and progress receiver. */
    public RenderStage(ArtifactStore store, VideoTools tools, Progress progress) {
        this.store = store;
        this.tools = tools;
        this.progress = progress;
    }

    /**
     * Renders the job's {@code storyboard}; adds {@code render}: {@code {video, poster, captions}}, the paths of the
     * files in the attempt's work folder.
     *
     * <p>An interrupt stops it within one frame. On any failure, it deletes the work folder.
     *
     * @throws WorkerFaultException if FFmpeg or the scratch folder does not work on this machine
     */
    public Map<String, Object> render(
            @Body Map<String, Object> job, @Header("jobId") String jobId, @Header("attempt") int attempt)
            throws IOException, InterruptedException {
        Preset preset = Preset.byId((String) job.get("preset")).orElseThrow();
        String language = (String) job.get("lang");
        Storyboard board = Storyboard.of(job);
        Path folder = store.makeWorkFolder(jobId, attempt);
        Path scratch = null;
        try {
            Path video = folder.resolve(VIDEO);
            Path poster = folder.resolve(POSTER);
            Path captions = folder.resolve(CAPTIONS);
            FramePainter painter = new FramePainter(preset, (String) job.get("content"), language, board.scenes());
            // The encoder seeks in its file, which is slow on the shared disk.
            scratch = tools.makeScratchFolder("film");
            Path film = scratch.resolve(VIDEO);
            film(painter, preset, ((Number) job.get("duration_sec")).intValue(), film, jobId, attempt);
            Files.copy(film, video);
            BufferedImage still = new BufferedImage(preset.width(), preset.height(), BufferedImage.TYPE_INT_RGB);
            painter.paint(still, painter.posterSeconds());
            ByteArrayOutputStream png = new ByteArrayOutputStream();
            ImageIO.write(still, "png", png);
            Files.write(poster, png.toByteArray());
            Files.writeString(captions, Captions.write(board.scenes(), language), StandardCharsets.UTF_8);
            Map<String, Object> rendered = new LinkedHashMap<>(job);
            rendered.put(
                    "render",
                    Map.of(
                            "video", video.toString(),
                            "poster", poster.toString(),
                            "captions", captions.toString()));
            return rendered;
        } catch (IOException | InterruptedException | RuntimeException | Error e) {
            store.discardWork(jobId, attempt);
            throw e;
        } finally {
            if (scratch != null) {
                tools.discard(scratch);
            }
        }
    }

    private void film(FramePainter painter, Preset preset, int seconds, Path video, String jobId, int attempt)
            throws IOException, InterruptedException {
        int frames = seconds * preset.frameRate();
        BufferedImage picture = new BufferedImage(preset.width(), preset.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
        try (VideoWriter writer = new VideoWriter(tools, video, preset.width(), preset.height(), preset.frameRate())) {
            for (int i = 0; i < frames; i++) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("Stopped while rendering");
                }
                painter.paint(picture, i / (double) preset.frameRate());
                writer.write(pixels);
                if (i % preset.frameRate() == 0) {
                    progress.report(jobId, attempt, "render", i * 100 / frames);
                }
            }
            writer.finish();
        }
        progress.report(jobId, attempt, "render", 100);
    }
}
