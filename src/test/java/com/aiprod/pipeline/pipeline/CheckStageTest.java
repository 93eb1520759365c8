package com.aiprod.pipeline.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.ffmpeg.global.avcodec;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files, right and wrong, before the stage that has to tell them apart. */
class CheckStageTest {

    private static final List<Scene> SCENES = List.of(new Scene("One", 0, 1), new Scene("Two", 1, 3));

    @TempDir
    Path folder;

    private final CheckStage stage = new CheckStage((jobId, attempt, name, percent) -> {});
    private Map<String, Object> job;

    @BeforeEach
    void makeJob() throws IOException {
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
    void aRightVideoPasses() throws IOException {
        film(720, 1280, 30, 90, 0x3366cc);

        assertThat(stage.check(job, "job", 1)).isSameAs(job);
    }

    @Test
    void aVideoPlaysEverywhereAndSeeks() throws IOException {
        film(720, 1280, 30, 90, 0x3366cc);

        try (FFmpegFrameGrabber grabber =
                new FFmpegFrameGrabber(folder.resolve("video.mp4").toFile())) {
            grabber.start();
            assertThat(grabber.getVideoCodec()).isEqualTo(avcodec.AV_CODEC_ID_H264);
            assertThat(grabber.getFormatContext().streams(0).codecpar()).satisfies(stream -> {
                assertThat(stream.format()).isEqualTo(avutil.AV_PIX_FMT_YUV420P);
                assertThat(stream.color_space()).isEqualTo(avutil.AVCOL_SPC_BT709);
                assertThat(stream.color_range()).isEqualTo(avutil.AVCOL_RANGE_MPEG);
            });
            double sinceKeyFrame = 0;
            for (Frame frame = grabber.grabImage(); frame != null; frame = grabber.grabImage()) {
                sinceKeyFrame = frame.keyFrame ? 0 : sinceKeyFrame + 1 / 30.0;
                assertThat(sinceKeyFrame).isLessThan(2);
            }
        }
        String file = Files.readString(folder.resolve("video.mp4"), StandardCharsets.ISO_8859_1);
        assertThat(file.indexOf("moov")).isPositive().isLessThan(file.indexOf("mdat"));
    }

    @Test
    void coloursArriveAsTheyWereDrawn() throws IOException {
        film(720, 1280, 30, 90, 0x3366cc);

        try (FFmpegFrameGrabber grabber =
                new FFmpegFrameGrabber(folder.resolve("video.mp4").toFile())) {
            grabber.setPixelFormat(avutil.AV_PIX_FMT_YUV420P);
            grabber.start();
            Frame frame = grabber.grabImage();
            java.nio.ByteBuffer luma = (java.nio.ByteBuffer) frame.image[0];
            // BT.709: 16 + 219 * (0.2126 * 51 + 0.7152 * 102 + 0.0722 * 204) / 255; by BT.601 it would be 100.
            assertThat(luma.get(720 * 1200 + 600) & 0xff).isBetween(99, 103);
        }
    }

    /** Torn edges are the encoder's fault that the distance of key frames works around, see {@link VideoWriter}. */
    @Test
    void whatIsSeenIsWhatWasDrawn() throws Exception {
        FramePainter painter = new FramePainter(
                Preset.QUICK_SOCIAL,
                "Small batches, big mornings. Roasted today, at your door on Friday. Wake up to better coffee.",
                "en",
                List.of(new Scene("Small batches", 0, 3)));
        BufferedImage drawn = new BufferedImage(720, 1280, BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) drawn.getRaster().getDataBuffer()).getData();
        Path video = folder.resolve("video.mp4");
        try (VideoWriter writer = new VideoWriter(video, 720, 1280, 30)) {
            for (int i = 0; i < 30; i++) {
                painter.paint(drawn, i / 30.0);
                writer.write(pixels);
            }
            writer.finish();
        }
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(video.toFile())) {
            grabber.start();
            for (int i = 0; i < 30; i++) {
                Frame frame = grabber.grabImage();
                if (i > 24) {
                    painter.paint(drawn, i / 30.0);
                    assertThat(strayPixels(frame, pixels)).as("frame %d", i).isLessThan(200);
                }
            }
        }
    }

    /** How many pixels are far from what was drawn, by their red; key frames far apart leave about a thousand. */
    private static int strayPixels(Frame frame, int[] drawn) {
        java.nio.ByteBuffer seen = (java.nio.ByteBuffer) frame.image[0];
        int stray = 0;
        for (int y = 0; y < frame.imageHeight; y++) {
            for (int x = 0; x < frame.imageWidth; x++) {
                int red = seen.get(y * frame.imageStride + x * 3 + 2) & 0xff;
                stray += Math.abs(red - (drawn[y * frame.imageWidth + x] >> 16 & 0xff)) > 64 ? 1 : 0;
            }
        }
        return stray;
    }

    @Test
    void wrongVideosAreNamed() throws IOException {
        film(720, 1280, 30, 80, 0x3366cc);
        assertWrong("it lasts 2.6");
        film(1280, 720, 30, 90, 0x3366cc);
        assertWrong("it measures 1280 by 720 pixels");
        film(720, 1280, 25, 75, 0x3366cc);
        assertWrong("it shows 25.0 frames per second");
        film(720, 1280, 30, 90, 0);
        assertWrong("nothing is to be seen");
    }

    @Test
    void captionsOutOfStepAreNamed() throws IOException {
        film(720, 1280, 30, 90, 0x3366cc);
        captions(List.of(SCENES.get(0)));
        assertWrong("it has 1 captions for 2 scenes");
        captions(List.of(SCENES.get(0), new Scene("Two", 1.4, 3)));
        assertWrong("caption 2 is out of step");
    }

    @Test
    void aFileThatIsNoVideoMayBeTriedAgain() throws IOException {
        Files.writeString(folder.resolve("video.mp4"), "no video");

        assertThatThrownBy(() -> stage.check(job, "job", 1))
                .isInstanceOfSatisfying(
                        TransientStageException.class,
                        fault -> assertThat(fault.errorCode()).isEqualTo("VIDEO_UNREADABLE"));
    }

    private void captions(List<Scene> scenes) throws IOException {
        Files.writeString(folder.resolve("captions.vtt"), Captions.write(scenes, "en"));
    }

    private void assertWrong(String fault) {
        assertThatThrownBy(() -> stage.check(job, "job", 1))
                .isInstanceOf(PermanentStageException.class)
                .hasMessageContaining(fault);
    }

    /** One colour, with a white square unless it is black. */
    private void film(int width, int height, int frameRate, int frames, int color) throws IOException {
        int[] picture = new int[width * height];
        Arrays.fill(picture, color);
        for (int y = 100; color != 0 && y < 300; y++) {
            Arrays.fill(picture, y * width + 100, y * width + 300, 0xffffff);
        }
        try (VideoWriter writer = new VideoWriter(folder.resolve("video.mp4"), width, height, frameRate)) {
            for (int i = 0; i < frames; i++) {
                writer.write(picture);
            }
            writer.finish();
        }
    }
}
