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

/** LineBreaks a text into lines of like length, as large as its box allows, and turns them into outlines. */
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

    /**
     * What stays on one line.
     *
     * @param width at the size {@link #MEASURE}
     * @param hyphen whether a word goes on behind it, which a hyphen says where the line ends here
     */
    private record Piece(String text, double width, boolean hyphen) {}

    private static final double STEP = 0.97;

    /** Of the usual width, more than fit into any preset's box at its smallest size. */
    private static final int MOST_LETTERS = 600;

    /** Scripts that mark a cut word with a hyphen. */
    private static final Set<Integer> HYPHENATED =
            Set.of(UScript.LATIN, UScript.GREEK, UScript.CYRILLIC, UScript.ARMENIAN);

    /** Soft hyphens that are between no two letters, where no word is to be cut. */
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
     * Sets a text of one paragraph: as large and as even as it goes. Of a text that would be too small to read, the end is
     * left out.
     *
     * @throws InterruptedException when it is to stop, between two lines at the latest
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
        // Marks above and below letters need more leading in some scripts, and a cut word's hyphen some width.
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
     * Words; where a word is so long that the text would get too small for its sake, the parts between its soft hyphens,
     * and letters where a part is still too long. No other soft hyphen is left.
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

    /** Two letters stay together at either end, so that no line has a single one of a word that was cut. */
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

    /** The average line's share of the longest one. */
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

    /** The fewest lines, of these the most even: the least sum of the squared gaps at their ends. */
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

    private double advance(String word, boolean rightToLeft) throws InterruptedException {
        // The blank after a word counts within a line; at its end it does no harm.
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

    /** By the first letter that has a direction, as the Unicode bidirectional algorithm says. */
    static boolean isRightToLeft(String text) {
        return Bidi.getBaseDirection(text) == Bidi.RTL;
    }
}
