package com.aiprod.pipeline.video;

/**
 * Converts a picture to H.264's input: brightness per pixel and color per four pixels, by ITU-R BT.709 in the
 * television range. Converting here sends only a third of the bytes through the pipe to the encoder.
 */
final class Yuv {

    private static final int SHIFT = 16;
    private static final double UNIT = 1 << SHIFT;
    private static final double LUMA = 219 / 255.0 * UNIT;
    private static final double CHROMA = 224 / 255.0 * UNIT;

    private static final double RED = 0.2126;
    private static final double BLUE = 0.0722;

    private static final int Y_RED = (int) Math.round(RED * LUMA);
    private static final int Y_GREEN = (int) Math.round((1 - RED - BLUE) * LUMA);
    private static final int Y_BLUE = (int) Math.round(BLUE * LUMA);
    private static final int STRONGEST = (int) Math.round(CHROMA / 2);
    private static final int U_RED = (int) Math.round(-RED / (1 - BLUE) / 2 * CHROMA);
    /** Chosen so that gray has no color. */
    private static final int U_GREEN = -STRONGEST - U_RED;

    private static final int V_BLUE = (int) Math.round(-BLUE / (1 - RED) / 2 * CHROMA);
    private static final int V_GREEN = -STRONGEST - V_BLUE;

    private static final int Y_BLACK = 16 << SHIFT;

    /** Thresholds that replace rounding for two rows of two pixels: luma keeps a quarter of a step, without bands. */
    private static final int[] DITHER = {1 << (SHIFT - 3), 5 << (SHIFT - 3), 7 << (SHIFT - 3), 3 << (SHIFT - 3)};

    /** Colors are computed from the sum of four pixels. */
    private static final int C_SHIFT = SHIFT + 2;

    private static final int C_ROUNDED = (128 << C_SHIFT) + (1 << (C_SHIFT - 1));

    private final int width;
    private final int[] row;
    private final Channels upper;
    private final Channels lower;
    private final int[] weighed;
    private final int[] upperDither;
    private final int[] lowerDither;

    /** The three colors of a row of pixels, 0 to 255 each. */
    private static final class Channels {
        private final int[] red;
        private final int[] green;
        private final int[] blue;

        Channels(int width) {
            red = new int[width];
            green = new int[width];
            blue = new int[width];
        }
    }

    /** Converts pictures of a width in pixels, even. Not thread-safe. */
    Yuv(int width) {
        this.width = width;
        this.row = new int[width];
        this.upper = new Channels(width);
        this.lower = new Channels(width);
        this.weighed = new int[width];
        this.upperDither = new int[width];
        this.lowerDither = new int[width];
        for (int x = 0; x < width; x++) {
            upperDither[x] = Y_BLACK + DITHER[x & 1];
            lowerDither[x] = Y_BLACK + DITHER[2 + (x & 1)];
        }
    }

    /** The size of a picture in FFmpeg's yuv420p, in bytes; width and height in pixels, even. */
    static int size(int width, int height) {
        return width * height * 3 / 2;
    }

    /**
     * Converts a picture. The short loops, each over whole arrays, are what the JIT compiler turns into vector
     * instructions: one loop over all of it takes twice the time.
     *
     * @param rgb 0xRRGGBB for each pixel, row by row
     * @param yuv receives the result: three planes, one after the other
     */
    void convert(int[] rgb, byte[] yuv) {
        int u = rgb.length;
        int v = u + rgb.length / 4;
        for (int top = 0; top < rgb.length; top += 2 * width) {
            split(rgb, top, upper);
            split(rgb, top + width, lower);
            weigh(upper, Y_RED, Y_GREEN, Y_BLUE);
            luma(upperDither, yuv, top);
            weigh(lower, Y_RED, Y_GREEN, Y_BLUE);
            luma(lowerDither, yuv, top + width);
            add(upper.red, lower.red);
            add(upper.green, lower.green);
            add(upper.blue, lower.blue);
            weigh(upper, U_RED, U_GREEN, STRONGEST);
            color(yuv, u);
            weigh(upper, STRONGEST, V_GREEN, V_BLUE);
            color(yuv, v);
            u += width / 2;
            v += width / 2;
        }
    }

    private void split(int[] rgb, int from, Channels channels) {
        System.arraycopy(rgb, from, row, 0, width);
        shift(row, 16, channels.red);
        shift(row, 8, channels.green);
        shift(row, 0, channels.blue);
    }

    private static void shift(int[] pixels, int bits, int[] channel) {
        for (int x = 0; x < channel.length; x++) {
            channel[x] = pixels[x] >> bits & 0xff;
        }
    }

    private void weigh(Channels channels, int red, int green, int blue) {
        weigh(channels.red, red, channels.green, green, channels.blue, blue, weighed);
    }

    private static void weigh(int[] r, int red, int[] g, int green, int[] b, int blue, int[] sum) {
        for (int x = 0; x < sum.length; x++) {
            sum[x] = red * r[x] + green * g[x] + blue * b[x];
        }
    }

    private static void add(int[] sum, int[] other) {
        for (int x = 0; x < sum.length; x++) {
            sum[x] += other[x];
        }
    }

    private void luma(int[] dither, byte[] yuv, int at) {
        round(weighed, dither);
        for (int x = 0; x < width; x++) {
            yuv[at + x] = (byte) weighed[x];
        }
    }

    private static void round(int[] values, int[] dither) {
        for (int x = 0; x < values.length; x++) {
            values[x] = (values[x] + dither[x]) >> SHIFT;
        }
    }

    /** From the sums of two rows. */
    private void color(byte[] yuv, int at) {
        for (int x = 0; x < width; x += 2) {
            yuv[at + x / 2] = (byte) ((weighed[x] + weighed[x + 1] + C_ROUNDED) >> C_SHIFT);
        }
    }
}
