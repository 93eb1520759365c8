package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.aiprod.pipeline.video.brand.Brand;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        FramePainter painter =
                new FramePainter(format, "Hello", "en", List.of(new Scene("Hello", 0, 3), new Scene("World", 3, 9)));
        int[] early = paint(painter, format, 3);
        int[] whole = paint(painter, format, 6);
        int[] later = paint(painter, format, 6.5);

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

    /** Players repeat short videos. */
    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void theLastFrameLeadsToTheFirst(Format format) throws Exception {
        String logo = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>"
                + "<circle cx='4.5' cy='4.5' r='4.5' fill='%230B3D2E'/></svg>";
        Brand brand = Brand.of(Map.of("logo", logo), "brand", "CODE");
        List<Scene> scenes = List.of(new Scene("Hello", 0, 3), new Scene("World", 3, 6));
        for (Storyboard board : List.of(
                new Storyboard(scenes, false),
                new Storyboard(scenes, false, new Scene("Hello", 6, 9)),
                new Storyboard(scenes, false, new Scene("Another", 6, 9)),
                new Storyboard(scenes, false, new Scene("", 6, 9)))) {
            boolean branded = board.endCard() != null && board.endCard().text().isEmpty();
            FramePainter painter = new FramePainter(format, "Hello", "en", board, branded ? brand : Brand.NONE);
            double end = board.shots().get(board.shots().size() - 1).end();
            double frame = 1.0 / format.frameRate();
            int[] first = paint(painter, format, 0);

            assertThat(difference(paint(painter, format, end - frame), first))
                    .as("%s, jump", board)
                    .isLessThan(1.5 * difference(paint(painter, format, frame), first) + 0.15);
            assertThat(difference(paint(painter, format, end / 2), first)).isGreaterThan(0.5);
        }
    }

    /** It is the poster, and what a feed shows before it plays. */
    @ParameterizedTest
    @MethodSource("com.aiprod.pipeline.video.Formats#all")
    void theFirstFrameShowsTheText(Format format) throws Exception {
        double[] differences = new double[2];
        for (int i = 0; i < 2; i++) {
            int[][] pictures = new int[2][];
            for (int k = 0; k < 2; k++) {
                List<Scene> scenes = List.of(new Scene(k == 0 ? "Hello" : ".", 0, 3), new Scene("World", 3, 6));
                pictures[k] = paint(new FramePainter(format, "Hello", "en", scenes), format, i);
            }
            differences[i] = difference(pictures[0], pictures[1]);
        }

        // The word makes the same difference in the first frame as a second later.
        assertThat(differences[0]).isGreaterThan(1).isCloseTo(differences[1], within(0.25 * differences[1]));
    }

    /** Apps draw their own text and buttons at the top and at the bottom of vertical videos. */
    @ParameterizedTest
    @ValueSource(strings = {"quick_social", "social_vertical"})
    void textStaysClearOfTheButtonsOfApps(String preset) throws Exception {
        Format format = Formats.of(preset);
        String large = "Everything that fits on one card, in letters as large as they can be";
        for (String content : List.of("One", "Two", "Three", "Four", "Five")) {
            int[] one = paint(format, content, large, 2);
            int[] other = paint(format, content, ".", 2);
            int highest = format.height();
            int lowest = 0;
            for (int i = 0; i < one.length; i++) {
                if (one[i] != other[i]) {
                    highest = Math.min(highest, i / format.width());
                    lowest = i / format.width();
                }
            }
            assertThat(highest).isGreaterThanOrEqualTo((int) (format.height() * 0.14));
            assertThat(lowest).isLessThanOrEqualTo((int) (format.height() * 0.65));
            assertThat(lowest - highest).isGreaterThan(format.height() / 8);
        }
    }

    @Test
    void videosOfABrandMatch() throws Exception {
        String logo = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 9 9'>"
                + "<circle cx='4.5' cy='4.5' r='4.5' fill='%230B3D2E'/></svg>";
        Brand brand = Brand.of(Map.of("colors", List.of("#0B3D2E"), "logo", logo), "brand", "CODE");
        int[][] pictures = new int[2][];
        for (int i = 0; i < 2; i++) {
            BufferedImage frame = new BufferedImage(720, 1280, BufferedImage.TYPE_INT_RGB);
            Storyboard board = new Storyboard(List.of(new Scene("Hello", 0, 5)), false);
            new FramePainter(Formats.SOCIAL, List.of("The sea", "A sale").get(i), "en", board, brand).paint(frame, 2);
            pictures[i] = ((DataBufferInt) frame.getRaster().getDataBuffer()).getData();
        }

        assertThat(pictures[0]).isEqualTo(pictures[1]).isNotEqualTo(paint(Formats.SOCIAL, "The sea", 2));
        // The logo has the color of the ground, so a plate is behind it.
        assertThat(Arrays.stream(pictures[0])
                        .filter(pixel -> (pixel & 0xFFFFFF) == 0xFAFAFA)
                        .count())
                .isGreaterThan(100);
    }

    @Test
    void fillsThePictureOfAnyWidth() throws Exception {
        int[] picture = paint(Formats.of("social_square"), "Hello", 1);

        for (int y = 0; y < 1080; y++) {
            assertThat(picture[y * 1080 + 1079]).isNotZero();
        }
    }

    private static int[] paint(Format format, String content, double seconds) throws InterruptedException {
        return paint(format, content, "Hello", seconds);
    }

    private static int[] paint(Format format, String content, String text, double seconds) throws InterruptedException {
        return paint(new FramePainter(format, content, "en", List.of(new Scene(text, 0, 5))), format, seconds);
    }

    private static int[] paint(FramePainter painter, Format format, double seconds) {
        BufferedImage frame = new BufferedImage(format.width(), format.height(), BufferedImage.TYPE_INT_RGB);
        painter.paint(frame, seconds);
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
