package com.aiprod.pipeline.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class YuvTest {

    private static final int WIDTH = 4;

    @Test
    void followsTheRecommendation() {
        int[] rgb = new Random(7).ints(WIDTH * 2).toArray();
        byte[] yuv = new byte[Yuv.size(WIDTH, 2)];
        new Yuv(WIDTH).convert(rgb, yuv);

        for (int i = 0; i < rgb.length; i++) {
            assertThat((double) (yuv[i] & 0xff)).isCloseTo(16 + 219 * luma(rgb[i]), within(1.0));
        }
        for (int block = 0; block < 2; block++) {
            double blue = 0;
            double red = 0;
            for (int i : new int[] {0, 1, WIDTH, WIDTH + 1}) {
                int pixel = rgb[2 * block + i];
                blue += ((pixel & 0xff) / 255.0 - luma(pixel)) / 1.8556 / 4;
                red += ((pixel >> 16 & 0xff) / 255.0 - luma(pixel)) / 1.5748 / 4;
            }
            assertThat((double) (yuv[8 + block] & 0xff)).isCloseTo(128 + 224 * blue, within(0.6));
            assertThat((double) (yuv[10 + block] & 0xff)).isCloseTo(128 + 224 * red, within(0.6));
        }
    }

    /** By ITU-R BT.709, from 0 to 1. */
    private static double luma(int rgb) {
        return (0.2126 * (rgb >> 16 & 0xff) + 0.7152 * (rgb >> 8 & 0xff) + 0.0722 * (rgb & 0xff)) / 255;
    }
}
