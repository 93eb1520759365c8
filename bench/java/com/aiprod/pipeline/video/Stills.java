package com.aiprod.pipeline.video;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.stage.Progress;
import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Draws stills of the films of {@code bench/stills.yaml} into {@code docs/images/videos/}, and the page {@code docs/videos.md}
 * that shows them: {@code bench/run Stills}.
 */
public final class Stills {

    private static final int HEIGHT = 270;
    private static final int LOW = 200;
    private static final int WIDEST = 1080;
    private static final int GAP = 6;
    private static final float QUALITY = 0.82f;
    private static final Progress NOBODY = (jobId, attempt, stage, percent) -> {};

    private Stills() {}

    /** Writes the pictures and the page below a folder, by default {@code docs}. */
    public static void main(String[] arguments) throws Exception {
        Path docs = Path.of(arguments.length > 0 ? arguments[0] : "docs");
        Path images = Files.createDirectories(docs.resolve("images/videos"));
        StringBuilder page = new StringBuilder("""
                # What videos look like

                The first frame, frames from between, and the end of videos that the built-in pipeline makes, without any
                setting but those shown. `bench/run Stills` makes this page of
                [`stills.yaml`](../bench/stills.yaml). [Write a text](api.md) for one of your
                own.
                """);
        for (Map<String, Object> film : films()) {
            String name = (String) film.get("name");
            Map<String, Object> job = planned(film);
            write(strip(job), images.resolve(name + ".jpg"));
            page.append("""

                    ## %s

                    `%s`, `%s`, %s s%s

                    ![%s](images/videos/%s.jpg)

                    ```text
                    %s
                    ```
                    """.formatted(
                            film.get("title"),
                            job.get("preset"),
                            job.get("lang"),
                            job.get("duration_sec"),
                            film.containsKey("metadata") ? ", with a brand" : "",
                            film.get("title"),
                            name,
                            ((String) film.get("content")).strip()));
        }
        Files.writeString(docs.resolve("videos.md"), page);
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> films() throws IOException {
        return (List<Map<String, Object>>)
                new Load(LoadSettings.builder().build()).loadFromString(Files.readString(Path.of("bench/stills.yaml")));
    }

    /** The job of a film with its storyboard. */
    static Map<String, Object> planned(Map<String, Object> film) throws InterruptedException {
        Preset preset = BuiltInPresets.named((String) film.get("preset"));
        Map<String, Object> job = new LinkedHashMap<>(film);
        job.putIfAbsent("lang", "en");
        job.putIfAbsent("metadata", Map.of());
        job.putAll(new SanitizeStage(NOBODY).sanitize(job, preset.asMap(), "job", 1));
        job.putAll(new StoryboardStage(NOBODY).plan(job, preset.asMap(), "job", 1));
        return job;
    }

    /** The first frame, two frames from between, and the end card. */
    private static BufferedImage strip(Map<String, Object> job) throws InterruptedException {
        Format format = Format.of(Formats.preset((String) job.get("preset")));
        List<Scene> shots = Storyboard.of(job).shots();
        int height = format.width() > format.height() ? LOW : HEIGHT;
        int width = height * format.width() / format.height();
        int most = Math.max(2, (WIDEST + GAP) / (width + GAP));
        List<Double> times = new ArrayList<>(List.of(0.0));
        int between = Math.min(shots.size(), most) - 1;
        for (int i = 1; i <= between; i++) {
            Scene shot = shots.get(i * (shots.size() - 1) / between);
            times.add(shot.start() + shot.seconds() * 0.6);
        }
        FramePainter painter = FramePainter.of(job, format);
        BufferedImage strip = new BufferedImage(times.size() * (width + GAP) - GAP, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = strip.createGraphics();
        g.setColor(java.awt.Color.WHITE);
        g.fillRect(0, 0, strip.getWidth(), height);
        for (int i = 0; i < times.size(); i++) {
            BufferedImage whole = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
            painter.paint(whole, times.get(i));
            g.drawImage(whole.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), i * (width + GAP), 0, null);
        }
        g.dispose();
        return strip;
    }

    private static void write(BufferedImage picture, Path file) throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        Files.deleteIfExists(file);
        try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
            writer.setOutput(out);
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            parameters.setCompressionQuality(QUALITY);
            writer.write(null, new IIOImage(picture, null, null), parameters);
        } finally {
            writer.dispose();
        }
    }
}
