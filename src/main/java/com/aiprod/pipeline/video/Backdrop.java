package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.FramePainter.Moment;
import java.awt.Color;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A slowly flowing gradient. Its colors are computed on a coarse grid and interpolated with an ordered dither, which
 * costs a tenth of a Java2D gradient and shows no bands.
 */
final class Backdrop {

    private static final int CELL = 16;
    private static final int[] BAYER = bayer();

    private final int width;
    private final int top;
    private final int bottom;
    private final double[][] grounds;
    private final double[] angles;
    private final double[] speeds;
    private final int columns;
    private final int rows;
    private final int[][] grid;
    private final int[][] other;
    /** Red, green, and blue of each pixel in a row, and how they change from row to row; in 1/65536 of a level. */
    private final int[][] colors;

    private final int[][] steps;
    private final int[][] dithers;
    private final int[] line;

    /**
     * Creates a gradient over some rows of a picture.
     *
     * @param width width of the picture
     * @param top first painted row
     * @param bottom first row below that is not painted
     */
    Backdrop(int width, int top, int bottom, List<Color> grounds, RandomGenerator random) {
        this.width = width;
        this.top = top;
        this.bottom = bottom;
        this.grounds = grounds.stream()
                .map(c -> new double[] {c.getRed(), c.getGreen(), c.getBlue()})
                .toArray(double[][]::new);
        this.angles = random.doubles(grounds.size(), 0, 2 * Math.PI).toArray();
        this.speeds = random.doubles(grounds.size(), 0.05, 0.16).toArray();
        this.columns = (width + CELL - 1) / CELL + 1;
        this.rows = (bottom - top + CELL - 1) / CELL + 1;
        this.grid = new int[rows][columns * 3];
        this.other = new int[rows][columns * 3];
        this.colors = new int[3][width];
        this.steps = new int[3][width];
        this.line = new int[width];
        this.dithers = new int[8][width];
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < width; x++) {
                dithers[y][x] = BAYER[y << 3 | (x & 7)];
            }
        }
    }

    /**
     * Fills the rows.
     *
     * @param pixels 0xRRGGBB of the whole picture
     * @param dissolved how much of the second moment is mixed into the first, from 0 to 1
     */
    void paint(int[] pixels, Moment now, Moment next, double dissolved) {
        fillGrid(grid, now.seconds(), now.turn());
        if (dissolved > 0) {
            fillGrid(other, next.seconds(), next.turn());
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < grid[row].length; i++) {
                    grid[row][i] += (int) ((other[row][i] - grid[row][i]) * dissolved);
                }
            }
        }
        for (int row = 0; row < rows - 1; row++) {
            int first = top + row * CELL;
            int last = Math.min(first + CELL, bottom);
            for (int channel = 0; channel < 3; channel++) {
                spread(grid[row], channel, colors[channel]);
                spread(grid[row + 1], channel, steps[channel]);
                stepDown(colors[channel], steps[channel]);
            }
            for (int y = first; y < last; y++) {
                fillLine(pixels, y);
            }
        }
    }

    /** Interpolates a channel of a row of the grid for each pixel. */
    private void spread(int[] gridRow, int channel, int[] values) {
        for (int column = 0; column < columns - 1; column++) {
            int value = gridRow[column * 3 + channel];
            int step = (gridRow[column * 3 + 3 + channel] - value) / CELL;
            int end = Math.min((column + 1) * CELL, width);
            for (int x = column * CELL; x < end; x++) {
                values[x] = value;
                value += step;
            }
        }
    }

    /** Replaces the values of the next row of the grid by the difference from one row of pixels to the next. */
    private static void stepDown(int[] values, int[] next) {
        for (int x = 0; x < next.length; x++) {
            next[x] = (next[x] - values[x]) / CELL;
        }
    }

    /** Short loops, each over whole arrays, are what the JIT compiler turns into vector instructions. */
    private void fillLine(int[] pixels, int y) {
        Arrays.fill(line, 0);
        for (int channel = 0; channel < 3; channel++) {
            mix(colors[channel], dithers[y & 7], 16 - 8 * channel, line);
            add(colors[channel], steps[channel]);
        }
        System.arraycopy(line, 0, pixels, y * width, width);
    }

    private static void mix(int[] values, int[] dither, int shift, int[] line) {
        for (int x = 0; x < line.length; x++) {
            line[x] |= (values[x] + dither[x]) >> 16 << shift;
        }
    }

    private static void add(int[] values, int[] steps) {
        for (int x = 0; x < values.length; x++) {
            values[x] += steps[x];
        }
    }

    private void fillGrid(int[][] grid, double seconds, double turn) {
        double height = bottom - top;
        double aspect = width / height;
        int count = grounds.length;
        double[] x = new double[count];
        double[] y = new double[count];
        for (int k = 0; k < count; k++) {
            double angle = angles[k] + speeds[k] * seconds + turn * (0.6 + 0.2 * k);
            x[k] = (0.5 + 0.52 * Math.cos(angle)) * aspect;
            y[k] = 0.5 + 0.52 * Math.sin(angle * 0.9 + k);
        }
        double reach = 2.2 / Math.max(aspect, 1 / aspect);
        for (int row = 0; row < rows; row++) {
            double v = row * CELL / height;
            for (int column = 0; column < columns; column++) {
                double u = column * CELL / height;
                double r = 0;
                double g = 0;
                double b = 0;
                double sum = 0;
                for (int k = 0; k < count; k++) {
                    double distance = (u - x[k]) * (u - x[k]) + (v - y[k]) * (v - y[k]);
                    double weight = Math.exp(-distance * reach * 1.6) + 0.015;
                    r += weight * grounds[k][0];
                    g += weight * grounds[k][1];
                    b += weight * grounds[k][2];
                    sum += weight;
                }
                grid[row][column * 3] = (int) (r / sum * 65536);
                grid[row][column * 3 + 1] = (int) (g / sum * 65536);
                grid[row][column * 3 + 2] = (int) (b / sum * 65536);
            }
        }
    }

    /** Bayer's 8 by 8 matrix, in steps of 1/64 of a color level. */
    private static int[] bayer() {
        int[] matrix = new int[64];
        for (int y = 0; y < 8; y++) {
            for (int x = 0; x < 8; x++) {
                int value = 0;
                for (int bit = 0; bit < 3; bit++) {
                    int xBit = x >> bit & 1;
                    int yBit = y >> bit & 1;
                    value |= (xBit ^ yBit) << (5 - 2 * bit) | yBit << (4 - 2 * bit);
                }
                matrix[y << 3 | x] = value << 10;
            }
        }
        return matrix;
    }
}
