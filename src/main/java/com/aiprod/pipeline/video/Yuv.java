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

    private Yuv() {}

    /** The size of a picture in FFmpeg's yuv420p, in bytes; width and height in pixels, even. */
    static int size(int width, int height) {
        return width * height * 3 / 2;
    }

    /**
     * Converts a picture.
     *
     * @param rgb 0xRRGGBB for each pixel, row by row
     * @param yuv receives the result: three planes, one after the other
     */
    static void convert(int[] rgb, int width, byte[] yuv) {
        int u = rgb.length;
        int v = u + rgb.length / 4;
        for (int top = 0; top < rgb.length; top += 2 * width) {
            for (int i = top; i < top + width; i += 2) {
                int a = rgb[i];
                int b = rgb[i + 1];
                int c = rgb[i + width];
                int d = rgb[i + width + 1];
                yuv[i] = luma(a, DITHER[0]);
                yuv[i + 1] = luma(b, DITHER[1]);
                yuv[i + width] = luma(c, DITHER[2]);
                yuv[i + width + 1] = luma(d, DITHER[3]);
                int red = (a >> 16 & 0xff) + (b >> 16 & 0xff) + (c >> 16 & 0xff) + (d >> 16 & 0xff);
                int green = (a >> 8 & 0xff) + (b >> 8 & 0xff) + (c >> 8 & 0xff) + (d >> 8 & 0xff);
                int blue = (a & 0xff) + (b & 0xff) + (c & 0xff) + (d & 0xff);
                yuv[u++] = (byte) ((U_RED * red + U_GREEN * green + STRONGEST * blue + C_ROUNDED) >> C_SHIFT);
                yuv[v++] = (byte) ((STRONGEST * red + V_GREEN * green + V_BLUE * blue + C_ROUNDED) >> C_SHIFT);
            }
        }
    }

    private static byte luma(int rgb, int dither) {
        int y = Y_RED * (rgb >> 16 & 0xff) + Y_GREEN * (rgb >> 8 & 0xff) + Y_BLUE * (rgb & 0xff);
        return (byte) ((y + Y_BLACK + dither) >> SHIFT);
    }
}
