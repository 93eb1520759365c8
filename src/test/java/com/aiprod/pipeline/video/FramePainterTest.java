package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FramePainterTest {

    @Test
    void equalContentLooksEqualAndOtherContentDoesNot() throws Exception {
        List<int[]> corners = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int[] picture = paint(Formats.BRAND, "Content " + i, 1);
            assertThat(paint(Formats.BRAND, "Content " + i, 1)).isEqualTo(picture);
            for (int[] other : corners) {
                assertThat(difference(picture, other)).isGreaterThan(8);
            }
            corners.add(picture);
        }
    }

    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void theTextAppearsAndThePictureMoves(Format format) throws Exception {
        int[] early = paint(format, "Hello", 0);
        int[] whole = paint(format, "Hello", 2);
        int[] later = paint(format, "Hello", 2.5);

        assertThat(difference(early, whole)).isGreaterThan(0.5);
        assertThat(difference(whole, later)).isGreaterThan(0.05);
    }

    @Test
    void theLetterboxStaysBlack() throws Exception {
        int[] picture = paint(Formats.CINEMA, "Hello", 2);

        for (int x = 0; x < 1920; x++) {
            assertThat(picture[137 * 1920 + x]).isZero();
            assertThat(picture[942 * 1920 + x]).isZero();
            assertThat(picture[540 * 1920 + x]).isNotZero();
        }
    }

    private static int[] paint(Format format, String content, double seconds) throws InterruptedException {
        BufferedImage frame = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        new FramePainter(format, content, "en", List.of(new Scene("Hello", 0, 5))).paint(frame, seconds);
        return ((DataBufferInt) frame.getRaster().getDataBuffer()).getData();
    }

    /** Returns the mean difference of a channel, out of 255. */
    private static double difference(int[] one, int[] two) {
        long sum = 0;
        for (int i = 0; i < one.length; i++) {
            Color a = new Color(one[i]);
            Color b = new Color(two[i]);
            sum += Math.abs(a.getRed() - b.getRed())
                    + Math.abs(a.getGreen() - b.getGreen())
                    + Math.abs(a.getBlue() - b.getBlue());
        }
        return sum / 3.0 / one.length;
    }
}
