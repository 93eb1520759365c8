package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.Lines.Piece;
import com.aiprod.pipeline.video.script.StyledText;
import com.aiprod.pipeline.video.script.UnbrokenWords;
import com.ibm.icu.text.Bidi;
import com.ibm.icu.util.ULocale;
import java.awt.Shape;
import java.awt.font.FontRenderContext;
import java.awt.font.TextAttribute;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.text.AttributedString;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Breaks texts into lines of similar length, as large as their boxes allow, and converts them to outlines. */
final class Typesetter {

    /**
     * A typeset line.
     *
     * @param outline glyphs in pixels, with the start edge of the box at x = 0 and the baseline at y = 0
     * @param width width from the start edge to the end of the ink, in pixels
     * @param emoji the emoji in color, which the outline lacks
     */
    record Line(String text, Shape outline, double width, List<Emoji.Placed> emoji) {}

    /**
     * A typeset text.
     *
     * @param size letter size, in pixels
     * @param leading distance between baselines, in pixels
     * @param ascent from the first baseline up to the top of the ink, in pixels
     * @param descent from the last baseline down to the bottom of the ink, in pixels
     * @param rightToLeft whether lines start at the right
     */
    record Block(List<Line> lines, double size, double leading, double ascent, double descent, boolean rightToLeft) {

        double height() {
            return ascent + (lines.size() - 1) * leading + descent;
        }

        double width() {
            return lines.stream().mapToDouble(Line::width).max().orElse(0);
        }
    }

    /**
     * The box of a text, in pixels except {@code leading}, which is a multiple of the letter size.
     *
     * @param lines maximum number of lines, unless the smallest size or the paragraphs need more
     */
    record Box(double width, double height, int lines, double largest, double smallest, double leading) {}

    /**
     * A line as the author ended it.
     *
     * @param indent width of its bullet or number, by which its further lines are indented; 0 if it has none
     */
    private record Row(List<Piece> pieces, double indent) {}

    /**
     * A text to set.
     *
     * @param largest the largest size at which its box holds it
     * @param best the text at the size, up to the largest, at which its lines look best; null until it is set
     */
    private record Setting(List<Row> rows, Box box, boolean rightToLeft, boolean heading, double largest, Block best) {}

    private static final double STEP = 0.97;

    /** More letters of usual width than fit into any preset's box at its smallest size. */
    private static final int MOST_LETTERS = 600;

    /** An address can be this much smaller than the smallest size. */
    private static final double SMALLER = 0.6;

    /** A word that would make its text smaller than this share of the largest size is hyphenated. */
    private static final double HYPHENATED = 0.6;

    /** Texts of a video are not made smaller than this share of the largest for the sake of one that needs it. */
    private static final double MOST_UNLIKE = 0.62;

    /** The least share of its size to which a list is made smaller so that its lines stay whole; more than the above. */
    private static final double UNWRAPPED = 0.7;

    private static final Pattern MARKER = Pattern.compile("^(?:•|\\(?(?:\\d{1,3}|\\p{L})[.):、．]) ?(?=\\S)");

    /** Marks that look aligned with letters if they hang out of the line, and how far, as a share of their width. */
    private static final String HANGING = "\"“„«»‚'‘’‹›「『—–-";

    private static final double HANG = 0.75;

    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);
    private static final float MEASURE = 100;

    private final FontBook fonts;
    private final ULocale language;
    private final boolean centered;

    Typesetter(FontBook fonts, ULocale language, boolean centered) {
        this.fonts = fonts;
        this.language = language;
        this.centered = centered;
    }

    /**
     * Typesets the scenes of a video in two sizes, one of titles and one of all other text. A text that its box does
     * not hold at this size is smaller.
     *
     * @throws InterruptedException if the thread is interrupted; checked at least between lines
     */
    List<Block> set(List<Scene> scenes, Box title, Box text) throws InterruptedException {
        List<Setting> settings = new ArrayList<>();
        for (Scene scene : scenes) {
            settings.add(setting(scene.styled(), scene.heading() ? title : text, scene.heading()));
        }
        double textSize = common(settings, false);
        double titleSize = common(settings, true);
        if (titleSize > 0 && titleSize < textSize) {
            textSize = Math.max(titleSize, textSize * MOST_UNLIKE);
        }
        titleSize = Math.max(titleSize, textSize);
        List<Block> blocks = new ArrayList<>();
        for (Setting setting : settings) {
            double size = Math.min(setting.largest(), setting.heading() ? titleSize : textSize);
            blocks.add(size == setting.best().size() ? setting.best() : fitting(setting, size));
        }
        return blocks;
    }

    private static double common(List<Setting> settings, boolean heading) {
        double largest = 0;
        double smallest = Double.POSITIVE_INFINITY;
        for (Setting setting : settings) {
            if (setting.heading() == heading) {
                largest = Math.max(largest, setting.best().size());
                smallest = Math.min(smallest, setting.best().size());
            }
        }
        return largest == 0 ? 0 : Math.max(smallest, largest * MOST_UNLIKE);
    }

    /**
     * Typesets one text as large and even as possible. Drops the end of a text that would be too small to read.
     *
     * @throws InterruptedException if the thread is interrupted; checked at least between lines
     */
    Block set(StyledText text, Box box) throws InterruptedException {
        return setting(text, box, true).best();
    }

    /**
     * Typesets what stands below the logo of an end card, in at most three lines.
     *
     * @param text can be empty
     * @param like the text whose size it has, if it fits
     */
    Block beside(String text, Box box, Block like) throws InterruptedException {
        if (text.isEmpty()) {
            return new Block(List.of(), like.size(), 0, 0, 0, like.rightToLeft());
        }
        double smallest = Math.min(box.smallest(), like.size());
        return set(
                StyledText.of(text),
                new Box(box.width(), box.height() * 0.55, 3, like.size(), smallest, box.leading()));
    }

    private Setting setting(StyledText whole, Box box, boolean heading) throws InterruptedException {
        StyledText text = bounded(whole);
        boolean rightToLeft = isRightToLeft(text.text());
        List<Row> rows = rows(text, box, rightToLeft);
        int most = Math.max(box.lines(), rows.size());
        double size = box.largest();
        while (size > box.smallest() && !fits(rows, box, most, size)) {
            size *= STEP;
        }
        while (!fits(rows, box, Integer.MAX_VALUE, size)) {
            size *= STEP;
        }
        double best =
                rows.size() > 1 ? unwrapped(rows, box, size) : even(rows.get(0).pieces(), box, size);
        Setting setting = new Setting(rows, box, rightToLeft, heading, size, null);
        return new Setting(rows, box, rightToLeft, heading, size, fitting(setting, best));
    }

    /** A size up to 30 % smaller, if none of the author's lines needs to be broken in it. */
    private static double unwrapped(List<Row> rows, Box box, double size) {
        for (double smaller = size; smaller >= Math.max(size * UNWRAPPED, box.smallest()); smaller *= STEP) {
            if (fits(rows, box, rows.size(), smaller)) {
                return smaller;
            }
        }
        return size;
    }

    /** A size up to a quarter smaller, if the lines are more even in it. */
    private static double even(List<Piece> pieces, Box box, double size) {
        double best = size;
        double bestScore = 0;
        for (double smaller = size; smaller >= Math.max(size * 0.75, Math.min(size, box.smallest())); smaller *= STEP) {
            double evenness = Lines.evenness(Lines.balance(pieces, box.width() * MEASURE / smaller));
            if (smaller * Math.pow(evenness, 3) > bestScore) {
                best = smaller;
                bestScore = smaller * Math.pow(evenness, 3);
            }
        }
        return best;
    }

    /** Marks above and below letters need more leading in some scripts; the hyphen of a cut word needs width. */
    private Block fitting(Setting setting, double largest) throws InterruptedException {
        Box box = setting.box();
        double size = largest;
        Block block = block(setting, size);
        while (block.height() > box.height() || block.width() > box.width() * 1.001) {
            size *= Math.min(STEP, box.height() / block.height());
            block = block(setting, size);
        }
        return block;
    }

    private static StyledText bounded(StyledText text) {
        List<String> letters = LineBreaks.letters(text.text());
        return letters.size() <= MOST_LETTERS
                ? text
                : text.slice(
                                0,
                                String.join("", letters.subList(0, MOST_LETTERS))
                                        .length())
                        .plus("…");
    }

    private List<Row> rows(StyledText text, Box box, boolean rightToLeft) throws InterruptedException {
        double longest = box.width() * MEASURE / (box.largest() * HYPHENATED);
        double longestAddress = box.width() * MEASURE / (box.smallest() * SMALLER);
        WordPieces words = new WordPieces(language, piece -> advance(piece, rightToLeft), longest, longestAddress);
        List<Row> rows = new ArrayList<>();
        List<StyledText> lines = text.lines();
        for (StyledText line : lines) {
            List<Piece> pieces = words.of(line);
            Matcher marker = MARKER.matcher(line.text());
            boolean listed = lines.size() > 1 || line.text().startsWith("•");
            boolean hangs = listed && !centered && marker.find();
            double indent = hangs ? advance(StyledText.of(marker.group().strip() + " "), rightToLeft) : 0;
            if (!pieces.isEmpty()) {
                indent = Math.min(indent, longest * 0.2);
                rows.add(new Row(indent == 0 ? pieces : marked(pieces, indent), indent));
            }
        }
        return rows;
    }

    /** A marker stands in the indent, and on the line of the first word. */
    private static List<Piece> marked(List<Piece> pieces, double indent) {
        Piece first = pieces.get(0);
        List<Piece> rest = new ArrayList<>(pieces.subList(1, pieces.size()));
        // The pattern wants a letter after the marker.
        Matcher marker = MARKER.matcher(first.text().text() + "x");
        boolean bare = marker.lookingAt() && marker.end() >= first.text().text().length();
        if (bare && !rest.isEmpty()) {
            Piece word = rest.remove(0);
            first = new Piece(
                    first.text().plus(word.text()),
                    first.width() + word.width(),
                    word.hyphen(),
                    word.address(),
                    word.leadsOn());
        }
        double width = Math.max(0, first.width() - indent);
        rest.add(0, new Piece(first.text(), width, first.hyphen(), first.address(), first.leadsOn()));
        return rest;
    }

    private static boolean fits(List<Row> rows, Box box, int most, double size) {
        double limit = box.width() * MEASURE / size;
        int lines = 0;
        for (Row row : rows) {
            double rest = limit - row.indent();
            if (row.pieces().stream().anyMatch(piece -> piece.widthIn(rest) > rest)) {
                return false;
            }
            lines += Lines.count(row.pieces(), rest);
        }
        // The first line of a row has room for its marker.
        return lines <= most && lines * box.leading() * size <= box.height();
    }

    private Block block(Setting setting, double size) throws InterruptedException {
        Box box = setting.box();
        List<Line> lines = new ArrayList<>();
        double ascent = 0;
        double descent = 0;
        double highest = 0;
        double deepest = 0;
        for (Row row : setting.rows()) {
            double limit = box.width() * MEASURE / size - row.indent();
            boolean first = true;
            for (List<Piece> pieces : Lines.balance(row.pieces(), limit)) {
                StyledText text = Lines.text(pieces);
                double scale =
                        pieces.size() == 1 ? Math.min(1, limit / pieces.get(0).width()) : 1;
                boolean address = pieces.get(0).address();
                double own = address ? size * scale : size;
                TextLayout layout = layout(text, (float) own, setting.rightToLeft());
                Shape outline = layout.getOutline(null);
                List<Emoji.Placed> emoji = Emoji.placed(text.text(), layout, own);
                Rectangle2D ink = ink(outline, emoji);
                if (lines.isEmpty()) {
                    ascent = -ink.getMinY();
                }
                descent = ink.getMaxY();
                highest = Math.max(highest, -ink.getMinY());
                deepest = Math.max(deepest, ink.getMaxY());
                double indent = first ? 0 : row.indent() * size / MEASURE;
                double left = setting.rightToLeft() ? 0 : indent - hang(text, ink, size, setting);
                AffineTransform toEdge = AffineTransform.getTranslateInstance(left - ink.getMinX(), 0);
                lines.add(new Line(
                        text.text(),
                        toEdge.createTransformedShape(outline),
                        setting.rightToLeft() ? ink.getWidth() + indent : ink.getWidth() + left,
                        emoji.stream()
                                .map(placed -> placed.moved(left - ink.getMinX()))
                                .toList()));
                first = false;
            }
        }
        double leading = Math.max(box.leading() * size, highest + deepest + size * 0.1);
        return new Block(lines, size, leading, ascent, descent, setting.rightToLeft());
    }

    /** How far a line begins before the edge, so that the edge looks straight: quotes and round letters stick out. */
    private double hang(StyledText text, Rectangle2D ink, double size, Setting setting) throws InterruptedException {
        if (centered || text.text().length() < 2) {
            return 0;
        }
        char first = text.text().charAt(0);
        if (HANGING.indexOf(first) >= 0) {
            TextLayout mark = layout(text.slice(0, 1), (float) size, setting.rightToLeft());
            // A full-width bracket is blank on its left.
            double seen = mark.getAdvance() - Math.max(0, mark.getBounds().getMinX());
            return Math.min(seen * HANG, ink.getWidth() / 4);
        }
        return switch (first) {
            case 'T', 'V', 'W', 'Y', 'A', 'Т', 'А', 'У' -> size * 0.028;
            case 'O', 'C', 'G', 'Q', 'o', 'c', 'e', 'О', 'С', 'Э', 'о', 'с', 'е' -> size * 0.018;
            default -> 0;
        };
    }

    /** Bounds of the visible outline; before Java 19, the bounds of a curve include its control points. */
    private static Rectangle2D ink(Shape outline, List<Emoji.Placed> emoji) {
        Path2D flat = new Path2D.Double();
        flat.append(outline.getPathIterator(null, 0.05), false);
        emoji.forEach(placed -> flat.append(placed.box(), false));
        return flat.getBounds2D();
    }

    private double advance(StyledText word, boolean rightToLeft) throws InterruptedException {
        // The space after a word counts within a line; at its end it does no harm.
        return word.text().isEmpty() ? 0 : layout(word, MEASURE, rightToLeft).getAdvance();
    }

    private TextLayout layout(StyledText text, float size, boolean rightToLeft) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Stopped while setting text");
        }
        AttributedString dressed = fonts.dress(text, size);
        dressed.addAttribute(
                TextAttribute.RUN_DIRECTION,
                rightToLeft ? TextAttribute.RUN_DIRECTION_RTL : TextAttribute.RUN_DIRECTION_LTR);
        if (rightToLeft) {
            // Otherwise "@", "#", "+", and "/" at the edge of an address or number move to its other side.
            UnbrokenWords.in(text.text()).stream()
                    .filter(range -> !isRightToLeft(text.text().substring(range.from(), range.to())))
                    .forEach(range -> dressed.addAttribute(TextAttribute.BIDI_EMBEDDING, 2, range.from(), range.to()));
        }
        return new TextLayout(dressed.getIterator(), CONTEXT);
    }

    /** Decided by the first letter with a direction, as in the Unicode bidirectional algorithm. */
    static boolean isRightToLeft(String text) {
        return Bidi.getBaseDirection(text) == Bidi.RTL;
    }
}
