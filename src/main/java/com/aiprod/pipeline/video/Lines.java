package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.StyledText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Divides a paragraph into lines. */
final class Lines {

    /**
     * A piece that stays on one line.
     *
     * @param width width at the size at which pieces are measured
     * @param hyphen whether the word continues after it, which needs a hyphen if the line ends here
     * @param address whether it is an address or a long number, which is set smaller if it is too long for a line
     * @param leadsOn whether a line should not end with it
     */
    record Piece(StyledText text, double width, boolean hyphen, boolean address, boolean leadsOn) {

        double widthIn(double limit) {
            return address ? Math.min(width, limit) : width;
        }
    }

    /** The cost of a line that ends with a word that leads on, as a share of a line that is empty. */
    private static final double LEADS_ON = 0.25;

    /** The cost of a last line that is one short word, as a share of a line that is empty. */
    private static final double LONE = 0.35;

    /** The share of the line below which a word is short. */
    private static final double SHORT = 0.5;

    private Lines() {}

    static int count(List<Piece> pieces, double limit) {
        int lines = 1;
        double used = 0;
        for (Piece piece : pieces) {
            if (used + piece.widthIn(limit) > limit) {
                lines++;
                used = 0;
            }
            used += piece.widthIn(limit);
        }
        return lines;
    }

    /**
     * The fewest lines and, among these, the most even ones that do not end with a word that leads on: the smallest sum
     * of squared gaps at line ends.
     */
    static List<List<Piece>> balance(List<Piece> pieces, double limit) {
        int n = pieces.size();
        int lines = count(pieces, limit);
        double[][] cost = new double[lines + 1][n + 1];
        int[][] from = new int[lines + 1][n + 1];
        for (double[] row : cost) {
            Arrays.fill(row, Double.POSITIVE_INFINITY);
        }
        cost[0][0] = 0;
        for (int line = 1; line <= lines; line++) {
            for (int end = line; end <= n; end++) {
                boolean rude = end < n && pieces.get(end - 1).leadsOn();
                double penalty = rude ? limit * limit * LEADS_ON * LEADS_ON : 0;
                double width = 0;
                for (int start = end - 1; start >= line - 1; start--) {
                    width += pieces.get(start).widthIn(limit);
                    if (width > limit * (1 + 1e-9)) {
                        break;
                    }
                    boolean alone = end == n && start == n - 1 && n > 1 && width < limit * SHORT;
                    double lone = alone ? limit * limit * LONE * LONE : 0;
                    double candidate = cost[line - 1][start] + (limit - width) * (limit - width) + penalty + lone;
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

    /** The text of a line, with a hyphen where a word is cut. */
    static StyledText text(List<Piece> line) {
        StyledText text = StyledText.of("");
        for (Piece piece : line) {
            text = text.plus(piece.text());
        }
        text = text.strip();
        return line.get(line.size() - 1).hyphen() && !text.text().endsWith("-") ? text.plus("-") : text;
    }

    /** The average line width as a share of the longest. */
    static double evenness(List<List<Piece>> lines) {
        double longest = 0;
        double sum = 0;
        for (List<Piece> line : lines) {
            double width = line.stream().mapToDouble(Piece::width).sum();
            longest = Math.max(longest, width);
            sum += width;
        }
        return sum / lines.size() / longest;
    }
}
