package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.brand.SvgPicture;
import com.ibm.icu.lang.UCharacter;
import com.ibm.icu.lang.UProperty;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.font.GraphicAttribute;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.ZipFile;

/** The pictures of emoji, in color. */
final class Emoji {

    /** Whose pictures these are, as their license asks to say. */
    static final String CREDIT = "Emoji: Twemoji by Twitter and contributors, CC BY 4.0";

    /** Side, gap on both sides, and depth below the baseline, as multiples of the letter size. */
    private static final double SIDE = 1.1;

    private static final double GAP = 0.06;
    private static final double DEPTH = 0.2;

    private static final String ZIP = "/fonts/twemoji.zip";
    private static final int TEXT_STYLE = 0xFE0E;
    private static final int EMOJI_STYLE = 0xFE0F;

    /** Unpacked when the first emoji is met. */
    private static final class Pictures {
        private static final ZipFile ALL = open();
    }

    private Emoji() {}

    /** An emoji in a line; its picture is drawn when it is first needed. */
    static final class Placed {

        private final String name;
        private final Rectangle2D box;
        private BufferedImage picture;

        private Placed(String name, Rectangle2D box) {
            this.name = name;
            this.box = box;
        }

        /** Its place, in pixels; the baseline is at y = 0. */
        Rectangle2D box() {
            return box;
        }

        Placed moved(double x) {
            return new Placed(
                    name, new Rectangle2D.Double(box.getX() + x, box.getY(), box.getWidth(), box.getHeight()));
        }

        void draw(Graphics2D g) {
            if (picture == null) {
                picture = picture(name, (int) Math.max(1, Math.round(box.getWidth())));
            }
            AffineTransform before = g.getTransform();
            g.translate(box.getX(), box.getY());
            g.scale(box.getWidth() / picture.getWidth(), box.getHeight() / picture.getHeight());
            g.drawImage(picture, 0, 0, null);
            g.setTransform(before);
        }
    }

    /** Keeps room for an emoji in a line, where TextLayout draws nothing. */
    static final class Room extends GraphicAttribute {

        private final float size;

        private Room(double size) {
            super(ROMAN_BASELINE);
            this.size = (float) size;
        }

        @Override
        public float getAscent() {
            return (float) (SIDE - DEPTH) * size;
        }

        @Override
        public float getDescent() {
            return (float) DEPTH * size;
        }

        @Override
        public float getAdvance() {
            return (float) (SIDE + 2 * GAP) * size;
        }

        @Override
        public Shape getOutline(AffineTransform transform) {
            return new Path2D.Double();
        }

        @Override
        public void draw(Graphics2D graphics, float x, float y) {
            // Drawn by Placed.
        }
    }

    /** The room of an emoji's first character, or of its others, which need none. */
    static Room room(double size) {
        return new Room(size);
    }

    /** Whether a perceived letter is an emoji that has a picture. */
    static boolean isPicture(String letter) {
        return name(letter).isPresent();
    }

    /** The emoji of a text that has been laid out with a {@link #room} for each. */
    static List<Placed> placed(String text, TextLayout layout, double size) {
        List<Placed> placed = new ArrayList<>();
        int start = 0;
        for (String letter : LineBreaks.letters(text)) {
            Optional<String> name = name(letter);
            if (name.isPresent()) {
                Rectangle2D room = layout.getLogicalHighlightShape(start, start + letter.length())
                        .getBounds2D();
                placed.add(new Placed(
                        name.get(),
                        new Rectangle2D.Double(
                                room.getX() + GAP * size, (DEPTH - SIDE) * size, SIDE * size, SIDE * size)));
            }
            start += letter.length();
        }
        return placed;
    }

    private static Optional<String> name(String letter) {
        int first = letter.codePointAt(0);
        boolean asked = letter.indexOf(EMOJI_STYLE) > 0;
        boolean alone = letter.length() == Character.charCount(first);
        boolean shown =
                asked || (!alone && first >= 0x80) || UCharacter.hasBinaryProperty(first, UProperty.EMOJI_PRESENTATION);
        if (!shown || letter.indexOf(TEXT_STYLE) > 0 || !UCharacter.hasBinaryProperty(first, UProperty.EMOJI)) {
            return Optional.empty();
        }
        return Optional.of(hex(letter, true))
                .filter(name -> Pictures.ALL.getEntry(name) != null)
                .or(() -> Optional.of(hex(letter, false)).filter(name -> Pictures.ALL.getEntry(name) != null));
    }

    private static String hex(String letter, boolean withStyle) {
        return letter.codePoints()
                        .filter(c -> withStyle || c != EMOJI_STYLE)
                        .mapToObj(Integer::toHexString)
                        .collect(Collectors.joining("-"))
                + ".svg";
    }

    private static BufferedImage picture(String name, int side) {
        try (InputStream in = Pictures.ALL.getInputStream(Pictures.ALL.getEntry(name))) {
            return SvgPicture.draw(in.readAllBytes(), side);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the picture " + name, e);
        }
    }

    private static ZipFile open() {
        try (InputStream bundled = Emoji.class.getResourceAsStream(ZIP)) {
            Path file = Files.createTempFile("emoji", ".zip");
            file.toFile().deleteOnExit();
            Files.copy(bundled, file, StandardCopyOption.REPLACE_EXISTING);
            return new ZipFile(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot unpack the emoji", e);
        }
    }
}
