package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.video.script.StyledText;
import com.ibm.icu.util.ULocale;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmojiTest {

    private static final Typesetter.Box WIDE = new Typesetter.Box(2000, 300, 1, 100, 50, 1.2);

    /** A face, one with a skin tone, a joined one, a family, flags, a keycap, and a heart in emoji style. */
    @ParameterizedTest
    @ValueSource(strings = {"😀", "👋🏾", "👩🏽‍🚀", "👨‍👩‍👧", "🇫🇷", "🏳️‍🌈", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "1️⃣", "❤️", "⚡"})
    void eachIsOnePictureInColor(String emoji) throws Exception {
        Typesetter.Block block = set("So " + emoji + " it is");

        List<Emoji.Placed> placed = block.lines().get(0).emoji();
        assertThat(placed).hasSize(1);
        BufferedImage picture = new BufferedImage(400, 300, BufferedImage.TYPE_INT_ARGB);
        Graphics2D g = picture.createGraphics();
        Rectangle2D box = placed.get(0).box();
        g.translate(100 - box.getX(), 100 - box.getY());
        placed.get(0).draw(g);
        assertThat(Arrays.stream(picture.getRGB(0, 0, 400, 300, null, 0, 400)))
                .as("pixels in color")
                .anyMatch(EmojiTest::isColorful);
        int middle = picture.getRGB(100 + (int) box.getWidth() / 2, 100 + (int) box.getHeight() / 2);
        assertThat(middle >>> 24).as("opacity of the middle").isEqualTo(255);
    }

    private static boolean isColorful(int pixel) {
        int red = pixel >> 16 & 0xff;
        int green = pixel >> 8 & 0xff;
        int blue = pixel & 0xff;
        int most = Math.max(red, Math.max(green, blue));
        return pixel >>> 24 == 255 && most - Math.min(red, Math.min(green, blue)) > 60;
    }

    @Test
    void neighborsDoNotOverlap() throws Exception {
        for (String text : List.of("Yes 👩🏽‍🚀🇫🇷😀 now", "نعم 👩🏽‍🚀🇫🇷😀 الآن")) {
            List<Rectangle2D> boxes = set(text).lines().get(0).emoji().stream()
                    .map(Emoji.Placed::box)
                    .toList();
            assertThat(boxes).hasSize(3);
            IntStream.range(1, 3)
                    .forEach(i -> assertThat(boxes.get(i).intersects(boxes.get(i - 1)))
                            .isFalse());
        }
    }

    /** What people write as text stays text. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "#", "©", "™", "☀\uFE0E", "a", "é", "海"})
    void textStaysText(String letter) {
        assertThat(Emoji.isPicture(letter)).isFalse();
    }

    @Test
    void aLineOfEmojiAloneHasInk() throws Exception {
        Typesetter.Block block = set("🇫🇷");

        assertThat(block.width()).isBetween(90.0, 130.0);
        assertThat(block.height()).isBetween(90.0, 130.0);
    }

    private static Typesetter.Block set(String text) throws InterruptedException {
        return new Typesetter(new FontBook(FontBook.Face.LOUD, ULocale.ENGLISH), ULocale.ENGLISH, false)
                .set(StyledText.of(text), WIDE);
    }
}
