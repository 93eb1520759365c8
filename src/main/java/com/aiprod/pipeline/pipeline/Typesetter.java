package com.aiprod.pipeline.pipeline;

import com.ibm.icu.text.Bidi;
import com.ibm.icu.text.BreakIterator;
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
import java.util.Arrays;
import java.util.List;

/** Breaks a text into lines of like length, as large as its box allows, and turns them into outlines. */
final class Typesetter {

    /**
     * A set line.
     *
     * @param outline glyphs, with the ink's start edge at x = 0 and the baseline at y = 0, in pixels
     * @param width of the ink, in pixels
     */
    record Line(String text, Shape outline, double width) {}

    /**
     * A set text.
     *
     * @param size of the letters, in pixels
     * @param leading from one baseline to the next, in pixels
     * @param ascent from the first baseline up to the ink's top, in pixels
     * @param descent from the last baseline down to the ink's bottom, in pixels
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
     * Where a text goes; pixels, but {@code leading}, which is a multiple of the letters' size.
     *
     * @param lines how many there may be, unless the smallest size needs more
     */
    record Box(double width, double height, int lines, double largest, double smallest, double leading) {}

    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);
    private static final float MEASURE = 100;

    private final FontBook fonts;
    private final ULocale language;

    Typesetter(FontBook fonts, ULocale language) {
        this.fonts = fonts;
        // Japanese and Korean headlines break between phrases, not between any two letters.
        this.language = language.setKeywordValue("lw", "phrase");
    }

    /** Sets a text of one paragraph. */
    Block set(String text, Box box) {
        boolean rightToLeft = isRightToLeft(text);
        List<String> words = breakable(text);
        double[] widths =
                words.stream().mapToDouble(word -> advance(word, rightToLeft)).toArray();
        double size = box.largest();
        while (size > box.smallest() && !fits(widths, box, size)) {
            size *= 0.96;
        }
        if (Arrays.stream(widths).max().orElse(0) * size / MEASURE > box.width()) {
            words = clusters(text);
            widths = words.stream()
                    .mapToDouble(word -> advance(word, rightToLeft))
                    .toArray();
        }
        while (!fits(widths, new Box(box.width(), box.height(), 99, 0, 0, box.leading()), size)) {
            size *= 0.96;
        }
        return block(balance(words, widths, box.width() * MEASURE / size), size, box, rightToLeft);
    }

    private static boolean fits(double[] widths, Box box, double size) {
        int lines = countLines(widths, box.width() * MEASURE / size);
        return lines <= box.lines() && lines * box.leading() * size <= box.height();
    }

    /** Lines that greedy filling needs, or very many where a word is wider than a line. */
    private static int countLines(double[] widths, double limit) {
        int lines = 1;
        double used = 0;
        for (double width : widths) {
            if (width > limit) {
                return Integer.MAX_VALUE / 1000;
            }
            if (used + width > limit) {
                lines++;
                used = 0;
            }
            used += width;
        }
        return lines;
    }

    /** The fewest lines, of these the most even: the least sum of the squared gaps at their ends. */
    private static List<String> balance(List<String> words, double[] widths, double limit) {
        int n = widths.length;
        int lines = countLines(widths, limit);
        double[][] cost = new double[lines + 1][n + 1];
        int[][] from = new int[lines + 1][n + 1];
        for (double[] row : cost) {
            Arrays.fill(row, Double.POSITIVE_INFINITY);
        }
        cost[0][0] = 0;
        for (int line = 1; line <= lines; line++) {
            for (int end = line; end <= n; end++) {
                double width = 0;
                for (int start = end - 1; start >= line - 1; start--) {
                    width += widths[start];
                    if (width > limit && start < end - 1) {
                        break;
                    }
                    double candidate = cost[line - 1][start] + (limit - width) * (limit - width);
                    if (candidate < cost[line][end]) {
                        cost[line][end] = candidate;
                        from[line][end] = start;
                    }
                }
            }
        }
        List<String> result = new ArrayList<>();
        int end = n;
        for (int line = lines; line > 0; line--) {
            int start = from[line][end];
            result.add(0, String.join("", words.subList(start, end)).strip());
            end = start;
        }
        return result;
    }

    private Block block(List<String> texts, double size, Box box, boolean rightToLeft) {
        List<Line> lines = new ArrayList<>();
        double ascent = 0;
        double descent = 0;
        double highest = 0;
        double deepest = 0;
        for (String text : texts) {
            Shape outline = layout(text, (float) size, rightToLeft).getOutline(null);
            Rectangle2D ink = ink(outline);
            if (lines.isEmpty()) {
                ascent = -ink.getMinY();
            }
            descent = ink.getMaxY();
            highest = Math.max(highest, -ink.getMinY());
            deepest = Math.max(deepest, ink.getMaxY());
            AffineTransform toEdge = AffineTransform.getTranslateInstance(-ink.getMinX(), 0);
            lines.add(new Line(text, toEdge.createTransformedShape(outline), ink.getWidth()));
        }
        double leading = Math.max(box.leading() * size, highest + deepest + size * 0.1);
        return new Block(lines, size, leading, ascent, descent, rightToLeft);
    }

    /** Bounds of what is seen; before Java 19, those of a curved path hold its control points too. */
    private static Rectangle2D ink(Shape outline) {
        Path2D flat = new Path2D.Double();
        flat.append(outline.getPathIterator(null, 0.05), false);
        return flat.getBounds2D();
    }

    private double advance(String word, boolean rightToLeft) {
        // The blank after a word counts within a line; at its end it does no harm.
        return layout(word, MEASURE, rightToLeft).getAdvance();
    }

    private TextLayout layout(String text, float size, boolean rightToLeft) {
        AttributedString dressed = fonts.dress(text, size);
        dressed.addAttribute(
                TextAttribute.RUN_DIRECTION,
                rightToLeft ? TextAttribute.RUN_DIRECTION_RTL : TextAttribute.RUN_DIRECTION_LTR);
        return new TextLayout(dressed.getIterator(), CONTEXT);
    }

    private List<String> breakable(String text) {
        return pieces(text, BreakIterator.getLineInstance(language));
    }

    private List<String> clusters(String text) {
        return pieces(text, BreakIterator.getCharacterInstance(language));
    }

    private static List<String> pieces(String text, BreakIterator breaks) {
        breaks.setText(text);
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int end = breaks.next(); end != BreakIterator.DONE; start = end, end = breaks.next()) {
            pieces.add(text.substring(start, end));
        }
        return pieces;
    }

    /** By the first letter that has a direction, as the Unicode bidirectional algorithm says. */
    static boolean isRightToLeft(String text) {
        return Bidi.getBaseDirection(text) == Bidi.RTL;
    }
}
