package com.aiprod.pipeline.video;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageBean;
import com.aiprod.pipeline.stage.WorkerFaultException;
import com.aiprod.pipeline.video.sound.Mood;
import com.aiprod.pipeline.video.sound.Soundtrack;
import com.ibm.icu.util.ULocale;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.imageio.ImageIO;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/** Renders the storyboard to a video, a poster, and captions. */
@StageBean
public class RenderStage {

    static final String VIDEO = "video.mp4";
    static final String POSTER = "poster.png";
    static final String CAPTIONS = "captions.vtt";

    /** Characters of the longest title. */
    private static final int TITLE = 100;

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
            @Body Map<String, Object> job,
            @Variable("preset") Map<String, Object> preset,
            @Header("jobId") String jobId,
            @Header("attempt") int attempt)
            throws IOException, InterruptedException {
        Format format = Format.of(preset);
        String language = (String) job.get("lang");
        Storyboard board = Storyboard.of(job);
        Path folder = store.makeWorkFolder(jobId, attempt);
        Path scratch = null;
        try {
            Path video = folder.resolve(VIDEO);
            Path poster = folder.resolve(POSTER);
            Path captions = folder.resolve(CAPTIONS);
            FramePainter painter = FramePainter.of(job, format);
            // The encoder seeks in its file, which is slow on the shared disk.
            scratch = tools.makeScratchFolder("film");
            Path film = scratch.resolve(VIDEO);
            int seconds = ((Number) job.get("duration_sec")).intValue();
            String credit = painter.hasEmoji() ? Emoji.CREDIT : "";
            VideoWriter.Extras extras = extras(job, preset, board, seconds, credit, scratch);
            film(painter, format, seconds, film, extras, jobId, attempt);
            Files.copy(film, video);
            BufferedImage still = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
            painter.paint(still, 0);
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

    private static VideoWriter.Extras extras(
            Map<String, Object> job,
            Map<String, Object> preset,
            Storyboard board,
            int seconds,
            String credit,
            Path scratch)
            throws IOException, InterruptedException {
        String content = (String) job.get("content");
        String language = ULocale.forLanguageTag((String) job.get("lang")).getISO3Language();
        Wishes wishes = Wishes.of(job);
        Optional<Mood> mood = wishes.mood(Format.of(preset), Theme.of(content, (String) job.get("lang")));
        Path sound = null;
        if (mood.isPresent() && seconds > Soundtrack.MOST_SECONDS) {
            throw new PermanentStageException(
                    "SOUNDTRACK_TOO_LONG",
                    "A soundtrack lasts at most %s s; ask for metadata.soundtrack none"
                            .formatted(Soundtrack.MOST_SECONDS));
        }
        if (mood.isPresent()) {
            sound = scratch.resolve("sound.wav");
            List<Double> cuts = board.shots().stream().skip(1).map(Scene::start).toList();
            String seed = wishes.brand().isGiven() ? wishes.brand().seed() : content;
            Soundtrack.write(mood.get(), Seeds.of(seed), cuts, seconds, sound);
        }
        return new VideoWriter.Extras(sound, title(job, board), language.isEmpty() ? "und" : language, credit);
    }

    /** The job's title, or else the text of the first scene, for players that show one. */
    private static String title(Map<String, Object> job, Storyboard board) {
        String whole = job.get("title") instanceof String title
                ? title
                : board.scenes().get(0).text();
        String text = whole.replaceAll("\\p{Cntrl}+", " ").strip();
        return text.codePointCount(0, text.length()) <= TITLE
                ? text
                : text.substring(0, text.offsetByCodePoints(0, TITLE)) + "…";
    }

    private void film(
            FramePainter painter,
            Format format,
            int seconds,
            Path video,
            VideoWriter.Extras extras,
            String jobId,
            int attempt)
            throws IOException, InterruptedException {
        int frames = seconds * format.frameRate();
        BufferedImage picture = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
        try (VideoWriter writer =
                new VideoWriter(tools, video, format.width(), format.height(), format.frameRate(), extras)) {
            for (int i = 0; i < frames; i++) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("Stopped while rendering");
                }
                painter.paint(picture, i / (double) format.frameRate());
                writer.write(pixels);
                if (i % format.frameRate() == 0) {
                    progress.report(jobId, attempt, "render", i * 100 / frames);
                }
            }
            writer.finish();
        }
        progress.report(jobId, attempt, "render", 100);
    }
}
