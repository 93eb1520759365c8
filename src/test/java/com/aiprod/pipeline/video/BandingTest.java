package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bands in a gradient are long runs of equal luma. The encoder decides what is left of the dither against them. */
class BandingTest {

    private static final int BAND = 128;
    private static final int FRAMES = 40;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"The sea at night, and stars.", "A funeral."})
    void darkGradientsOfTheDecodedFilmHaveNoBands(String content) throws Exception {
        Format format = Formats.SOCIAL;
        Path video = folder.resolve("video.mp4");
        FramePainter painter = new FramePainter(format, content, "en", List.of(new Scene("Hello", 0, 20)));
        BufferedImage frame = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        int[] pixels = ((DataBufferInt) frame.getRaster().getDataBuffer()).getData();
        try (VideoWriter writer = new VideoWriter(Film.tools(), video, format.width(), format.height(), 30)) {
            for (int i = 0; i < FRAMES; i++) {
                painter.paint(frame, 1 + i / 30.0);
                writer.write(pixels);
            }
            writer.finish();
        }
        byte[] luma = new Film(video).pictures("gray", FRAMES - 3, FRAMES - 2);

        assertThat(shareInBands(luma, format.width())).isLessThan(0.2);
    }

    /** The share of the pixels that are in rows of at least {@link #BAND} pixels of equal luma. */
    private static double shareInBands(byte[] luma, int width) {
        int inBands = 0;
        for (int start = 0; start < luma.length; start += width) {
            int run = 1;
            for (int x = 1; x <= width; x++) {
                if (x < width && luma[start + x] == luma[start + x - 1]) {
                    run++;
                } else {
                    inBands += run >= BAND ? run : 0;
                    run = 1;
                }
            }
        }
        return inBands / (double) luma.length;
    }
}
