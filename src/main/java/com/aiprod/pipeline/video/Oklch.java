package com.aiprod.pipeline.video;

import java.awt.Color;
import java.util.Arrays;

/**
 * The Oklch color space, in which equal steps look equal (Björn Ottosson, "A perceptual color space for image
 * processing", 2020).
 *
 * @param lightness from 0 to 1
 * @param chroma from 0, gray
 * @param hue in degrees
 */
record Oklch(double lightness, double chroma, double hue) {

    static Oklch of(Color color) {
        double r = linear(color.getRed());
        double g = linear(color.getGreen());
        double b = linear(color.getBlue());
        double l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        double a = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
        double c = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
        return new Oklch(
                0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
                Math.hypot(a, c),
                Math.toDegrees(Math.atan2(c, a)));
    }

    Oklch withLightness(double other) {
        return new Oklch(Math.min(Math.max(other, 0), 1), chroma, hue);
    }

    /** The color on screens. Reduces the chroma of a color that screens cannot show until they can. */
    Color color() {
        double a = Math.cos(Math.toRadians(hue));
        double b = Math.sin(Math.toRadians(hue));
        for (double c = chroma; ; c -= 0.005) {
            double[] rgb = srgb(lightness, Math.max(c, 0) * a, Math.max(c, 0) * b);
            boolean shown = Arrays.stream(rgb).allMatch(v -> v >= -0.001 && v <= 1.001);
            if (shown || c <= 0) {
                return new Color(clamp(rgb[0]), clamp(rgb[1]), clamp(rgb[2]));
            }
        }
    }

    /** The light of a channel from 0 to 255, as a share of the full light. */
    static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    private static float clamp(double value) {
        return (float) Math.min(Math.max(value, 0), 1);
    }

    private static double[] srgb(double lightness, double a, double b) {
        double l = Math.pow(lightness + 0.3963377774 * a + 0.2158037573 * b, 3);
        double m = Math.pow(lightness - 0.1055613458 * a - 0.0638541728 * b, 3);
        double s = Math.pow(lightness - 0.0894841775 * a - 1.2914855480 * b, 3);
        return new double[] {
            companded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
            companded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
            companded(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)
        };
    }

    private static double companded(double value) {
        return value <= 0.0031308 ? 12.92 * value : 1.055 * Math.pow(value, 1 / 2.4) - 0.055;
    }
}
