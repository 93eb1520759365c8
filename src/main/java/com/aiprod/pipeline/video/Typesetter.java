package com.aiprod.pipeline.video;

import com.ibm.icu.lang.UScript;
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
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Breaks a text into lines of similar length, as large as its box allows, and converts them to outlines. */
final class Typesetter {

    /**
     * A typeset line.
     *
     * @param outline glyphs in pixels, with the start edge of the ink at x = 0 and the baseline at y = 0
     * @param width width of the ink, in pixels
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
     * @param lines maximum number of lines, unless the smallest size needs more
     */
    record Box(double width, double height, int lines, double largest, double smallest, double leading) {}

    /**
     * A piece that stays on one line.
     *
     * @param width width at the size {@link #MEASURE}
     * @param hyphen whether the word continues after it, which needs a hyphen if the line ends here
     */
    private record Piece(String text, double width, boolean hyphen) {}

    private static final double STEP = 0.97;

    /** More letters of usual width than fit into any preset's box at its smallest size. */
    private static final int MOST_LETTERS = 600;

    /** Scripts that mark a cut word with a hyphen. */
    private static final Set<Integer> HYPHENATED =
            Set.of(UScript.LATIN, UScript.GREEK, UScript.CYRILLIC, UScript.ARMENIAN);

    /** Soft hyphens that are not between two letters, so no word can be cut there. */
    private static final Pattern STRAY_SOFT_HYPHENS = Pattern.compile("(?<=^|\\s)\u00AD+|\u00AD+(?=\u00AD|\\s|$)");

    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);
    private static final float MEASURE = 100;

    private final FontBook fonts;
    private final ULocale language;

    Typesetter(FontBook fonts, ULocale language) {
        this.fonts = fonts;
        this.language = language;
    }

    /**
     * Typesets one paragraph as large and even as possible. Drops the end of a text that would be too small to read.
     *
     * @throws InterruptedException if the thread is interrupted; checked at least between lines
     */
    Block set(String whole, Box box) throws InterruptedException {
        String text = bounded(whole);
        boolean rightToLeft = isRightToLeft(text);
        List<Piece> pieces = pieces(text, box, rightToLeft);
        double size = box.largest();
        while (size > box.smallest() && !fits(pieces, box, box.lines(), size)) {
            size *= STEP;
        }
        while (!fits(pieces, box, Integer.MAX_VALUE, size)) {
            size *= STEP;
        }
        double best = size;
        double bestScore = 0;
        for (double smaller = size; smaller >= Math.max(size * 0.75, Math.min(size, box.smallest())); smaller *= STEP) {
            double evenness = evenness(balance(pieces, box.width() * MEASURE / smaller));
            if (smaller * Math.pow(evenness, 3) > bestScore) {
                best = smaller;
                bestScore = smaller * Math.pow(evenness, 3);
            }
        }
        Block block = block(pieces, best, box, rightToLeft);
        // Marks above and below letters need more leading in some scripts; the hyphen of a cut word needs width.
        while (block.height() > box.height() || block.width() > box.width()) {
            best *= Math.min(STEP, box.height() / block.height());
            block = block(pieces, best, box, rightToLeft);
        }
        return block;
    }

    private static String bounded(String text) {
        List<String> letters = LineBreaks.letters(text);
        return letters.size() <= MOST_LETTERS ? text : String.join("", letters.subList(0, MOST_LETTERS)) + "…";
    }

    /**
     * The words of the text. A word that would make the text too small is cut at its soft hyphens, and then at letters.
     * All other soft hyphens are removed.
     */
    private List<Piece> pieces(String text, Box box, boolean rightToLeft) throws InterruptedException {
        double longest = box.width() * MEASURE / (box.largest() * 0.5);
        List<Piece> pieces = new ArrayList<>();
        for (String phrase : LineBreaks.phrases(STRAY_SOFT_HYPHENS.matcher(text).replaceAll(""), language)) {
            Piece whole = piece(phrase, false, rightToLeft);
            if (whole.width() <= longest) {
                pieces.add(whole);
                continue;
            }
            for (String syllable : LineBreaks.syllables(phrase)) {
                Piece part = piece(syllable, syllable.indexOf(LineBreaks.SOFT_HYPHEN) >= 0, rightToLeft);
                if (part.width() <= longest) {
                    pieces.add(part);
                } else {
                    addLetters(part, pieces, rightToLeft);
                }
            }
        }
        return pieces;
    }

    /** Two letters stay together at each end, so a cut word never leaves a single letter on a line. */
    private void addLetters(Piece word, List<Piece> pieces, boolean rightToLeft) throws InterruptedException {
        String bare = word.text().stripTrailing();
        List<String> letters = LineBreaks.letters(bare);
        if (letters.size() < 4) {
            pieces.add(word);
            return;
        }
        int last = letters.size() - 2;
        for (int from = 0, to = 2; from < letters.size(); from = to, to = to == last ? letters.size() : to + 1) {
            String text = String.join("", letters.subList(from, to));
            boolean inside = to < letters.size();
            boolean hyphen = inside ? HYPHENATED.contains(script(letters.get(to - 1))) : word.hyphen();
            pieces.add(piece(inside ? text : text + word.text().substring(bare.length()), hyphen, rightToLeft));
        }
    }

    private static int script(String letter) {
        return UScript.getScript(letter.codePointAt(0));
    }

    private Piece piece(String text, boolean hyphen, boolean rightToLeft) throws InterruptedException {
        String seen = text.replace(String.valueOf(LineBreaks.SOFT_HYPHEN), "");
        return new Piece(seen, advance(seen, rightToLeft), hyphen);
    }

    /** The average line width as a share of the longest. */
    private static double evenness(List<List<Piece>> lines) {
        List<Double> widths = lines.stream()
                .map(line -> line.stream().mapToDouble(Piece::width).sum())
                .toList();
        double sum = widths.stream().mapToDouble(Double::doubleValue).sum();
        return sum / widths.size() / Collections.max(widths);
    }

    private static boolean fits(List<Piece> pieces, Box box, int most, double size) {
        double limit = box.width() * MEASURE / size;
        if (pieces.stream().anyMatch(piece -> piece.width() > limit)) {
            return false;
        }
        int lines = countLines(pieces, limit);
        return lines <= most && lines * box.leading() * size <= box.height();
    }

    private static int countLines(List<Piece> pieces, double limit) {
        int lines = 1;
        double used = 0;
        for (Piece piece : pieces) {
            if (used + piece.width() > limit) {
                lines++;
                used = 0;
            }
            used += piece.width();
        }
        return lines;
    }

    /** The fewest lines and, among these, the most even ones: the smallest sum of squared gaps at line ends. */
    private static List<List<Piece>> balance(List<Piece> pieces, double limit) {
        int n = pieces.size();
        int lines = countLines(pieces, limit);
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
                    width += pieces.get(start).width();
                    if (width > limit) {
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
        List<List<Piece>> result = new ArrayList<>();
        int end = n;
        for (int line = lines; line > 0; line--) {
            int start = from[line][end];
            result.add(0, pieces.subList(start, end));
            end = start;
        }
        return result;
    }

    private static String join(List<Piece> line) {
        String text =
                line.stream().map(Piece::text).collect(Collectors.joining()).strip();
        return line.get(line.size() - 1).hyphen() ? text + "-" : text;
    }

    private Block block(List<Piece> pieces, double size, Box box, boolean rightToLeft) throws InterruptedException {
        List<Line> lines = new ArrayList<>();
        double ascent = 0;
        double descent = 0;
        double highest = 0;
        double deepest = 0;
        for (List<Piece> pieceLine : balance(pieces, box.width() * MEASURE / size)) {
            String text = join(pieceLine);
            TextLayout layout = layout(text, (float) size, rightToLeft);
            Shape outline = layout.getOutline(null);
            List<Emoji.Placed> emoji = Emoji.placed(text, layout, size);
            Rectangle2D ink = ink(outline, emoji);
            if (lines.isEmpty()) {
                ascent = -ink.getMinY();
            }
            descent = ink.getMaxY();
            highest = Math.max(highest, -ink.getMinY());
            deepest = Math.max(deepest, ink.getMaxY());
            AffineTransform toEdge = AffineTransform.getTranslateInstance(-ink.getMinX(), 0);
            lines.add(new Line(
                    text,
                    toEdge.createTransformedShape(outline),
                    ink.getWidth(),
                    emoji.stream().map(placed -> placed.moved(-ink.getMinX())).toList()));
        }
        double leading = Math.max(box.leading() * size, highest + deepest + size * 0.1);
        return new Block(lines, size, leading, ascent, descent, rightToLeft);
    }

    /** Bounds of the visible outline; before Java 19, the bounds of a curve include its control points. */
    private static Rectangle2D ink(Shape outline, List<Emoji.Placed> emoji) {
        Path2D flat = new Path2D.Double();
        flat.append(outline.getPathIterator(null, 0.05), false);
        emoji.forEach(placed -> flat.append(placed.box(), false));
        return flat.getBounds2D();
    }

    private double advance(String word, boolean rightToLeft) throws InterruptedException {
        // The space after a word counts within a line; at its end it does no harm.
        return layout(word, MEASURE, rightToLeft).getAdvance();
    }

    private TextLayout layout(String text, float size, boolean rightToLeft) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Stopped while setting text");
        }
        AttributedString dressed = fonts.dress(text, size);
        dressed.addAttribute(
                TextAttribute.RUN_DIRECTION,
                rightToLeft ? TextAttribute.RUN_DIRECTION_RTL : TextAttribute.RUN_DIRECTION_LTR);
        return new TextLayout(dressed.getIterator(), CONTEXT);
    }

    /** Decided by the first letter with a direction, as in the Unicode bidirectional algorithm. */
    static boolean isRightToLeft(String text) {
        return Bidi.getBaseDirection(text) == Bidi.RTL;
    }
}
