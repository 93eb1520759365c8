package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.TransientStageException;
import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Valid and invalid real files for the stage that checks them. */
class CheckStageTest {

    private static final List<Scene> SCENES = List.of(new Scene("One", 0, 1), new Scene("Two", 1, 3));

    @TempDir
    private static Path shared;

    private static Path goodFilm;

    @TempDir
    Path folder;

    private final CheckStage stage = new CheckStage(Film.tools(), (jobId, attempt, name, percent) -> {});
    private final Map<String, Object> preset = Formats.preset("quick_social");
    private Map<String, Object> job;

    @BeforeAll
    static void makeGoodFilm() throws Exception {
        goodFilm = shared.resolve("good.mp4");
        film(goodFilm, 720, 1280, 30, 90, 0x3366cc);
    }

    @BeforeEach
    void makeJob() throws Exception {
        Files.writeString(folder.resolve("poster.png"), "a poster");
        Files.writeString(folder.resolve("captions.vtt"), Captions.write(SCENES, "en"));
        job = new HashMap<>(Map.of(
                "preset",
                "quick_social",
                "duration_sec",
                3,
                "storyboard",
                new Storyboard(SCENES, false).toMap(),
                "render",
                Map.of(
                        "video", folder.resolve("video.mp4").toString(),
                        "poster", folder.resolve("poster.png").toString(),
                        "captions", folder.resolve("captions.vtt").toString())));
    }

    @Test
    void acceptsAValidVideo() throws Exception {
        Files.copy(goodFilm, folder.resolve("video.mp4"));

        assertThat(stage.check(job, preset, "job", 1)).isSameAs(job);
    }

    @Test
    void aVideoPlaysEverywhereAndSeeks() throws Exception {
        Film film = new Film(goodFilm);
        JsonNode stream = film.stream();
        assertThat(stream.path("codec_name").asText()).isEqualTo("h264");
        assertThat(stream.path("pix_fmt").asText()).isEqualTo("yuv420p");
        for (String name : List.of("color_space", "color_primaries", "color_transfer")) {
            assertThat(stream.path(name).asText()).as(name).isEqualTo("bt709");
        }
        assertThat(stream.path("color_range").asText()).isEqualTo("tv");
        assertThat(film.frames()).hasSize(90);
        double keyFrame = 0;
        for (JsonNode frame : film.frames()) {
            double time = frame.path("pts_time").asDouble();
            keyFrame = frame.path("key_frame").asInt() == 1 ? time : keyFrame;
            assertThat(time - keyFrame).isLessThan(2);
        }
        String file = Files.readString(goodFilm, StandardCharsets.ISO_8859_1);
        assertThat(file.indexOf("moov")).isPositive().isLessThan(file.indexOf("mdat"));
    }

    @Test
    void keepsTheColorsAsDrawn() throws Exception {
        byte[] luma = new Film(goodFilm).pictures("yuv420p", 0, 1);
        // BT.709: 16 + 219 * (0.2126 * 51 + 0.7152 * 102 + 0.0722 * 204) / 255. BT.601 would give 100.
        assertThat(luma[720 * 1200 + 600] & 0xff).isBetween(99, 103);
    }

    /** An encoder may confuse a moving shape with its background if they differ only in hue. */
    @Test
    void keepsTheFramesAsDrawn() throws Exception {
        FramePainter painter = new FramePainter(
                Formats.SOCIAL,
                "Small batches, big mornings. Roasted today, at your door on Friday. Wake up to better coffee.",
                "en",
                List.of(new Scene("Small batches", 0, 3)));
        BufferedImage drawn = new BufferedImage(720, 1280, BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) drawn.getRaster().getDataBuffer()).getData();
        Path video = folder.resolve("video.mp4");
        try (VideoWriter writer = new VideoWriter(Film.tools(), video, 720, 1280, 30)) {
            for (int i = 0; i < 30; i++) {
                painter.paint(drawn, i / 30.0);
                writer.write(pixels);
            }
            writer.finish();
        }
        byte[] seen = new Film(video).pictures("rgb24", 25, 30);
        for (int i = 25; i < 30; i++) {
            painter.paint(drawn, i / 30.0);
            assertThat(strayPixels(seen, (i - 25) * pixels.length, pixels))
                    .as("frame %d", i)
                    .isLessThan(200);
        }
    }

    /** Counts the pixels whose red differs much from the drawn one. Torn edges cause about 1,000. */
    private static int strayPixels(byte[] seen, int start, int[] drawn) {
        int stray = 0;
        for (int i = 0; i < drawn.length; i++) {
            int red = seen[(start + i) * 3] & 0xff;
            stray += Math.abs(red - (drawn[i] >> 16 & 0xff)) > 64 ? 1 : 0;
        }
        return stray;
    }

    @Test
    void namesTheErrorInAVideo() throws Exception {
        film(folder.resolve("video.mp4"), 720, 1280, 30, 80, 0x3366cc);
        assertWrong("its duration is 2.6");
        film(folder.resolve("video.mp4"), 1280, 720, 30, 90, 0x3366cc);
        assertWrong("its size is 1280 by 720 pixels");
        film(folder.resolve("video.mp4"), 720, 1280, 25, 75, 0x3366cc);
        assertWrong("its frame rate is 25/1 frames per second");
        film(folder.resolve("video.mp4"), 720, 1280, 30, 90, 0);
        assertWrong("the frame is blank");
    }

    @Test
    void namesMisalignedCaptions() throws Exception {
        Files.copy(goodFilm, folder.resolve("video.mp4"));
        captions(List.of(SCENES.get(0)));
        assertWrong("it has 1 captions instead of 2");
        captions(List.of(SCENES.get(0), new Scene("Two", 1.4, 3)));
        assertWrong("caption 2 does not match the storyboard");
    }

    @Test
    void anUnreadableVideoIsATransientFailure() throws Exception {
        Files.writeString(folder.resolve("video.mp4"), "no video");

        assertThatThrownBy(() -> stage.check(job, preset, "job", 1))
                .isInstanceOfSatisfying(
                        TransientStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("VIDEO_UNREADABLE"));
    }

    private void captions(List<Scene> scenes) throws Exception {
        Files.writeString(folder.resolve("captions.vtt"), Captions.write(scenes, "en"));
    }

    private void assertWrong(String fault) {
        assertThatThrownBy(() -> stage.check(job, preset, "job", 1))
                .isInstanceOf(PermanentStageException.class)
                .hasMessageContaining(fault);
    }

    /** Makes a video of one color, with a white square unless the color is black. */
    private static void film(Path file, int width, int height, int frameRate, int frames, int color) throws Exception {
        int[] picture = new int[width * height];
        Arrays.fill(picture, color);
        for (int y = 100; color != 0 && y < 300; y++) {
            Arrays.fill(picture, y * width + 100, y * width + 300, 0xffffff);
        }
        try (VideoWriter writer = new VideoWriter(Film.tools(), file, width, height, frameRate)) {
            for (int i = 0; i < frames; i++) {
                writer.write(picture);
            }
            writer.finish();
        }
    }
}
