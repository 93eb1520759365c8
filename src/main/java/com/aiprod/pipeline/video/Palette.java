package com.aiprod.pipeline.video;

import java.awt.Color;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The colors of one video. The text has a contrast of at least 4.5:1 (WCAG 2.2, AA) against every ground and motif
 * color, and so against every mixture of them, because a mixture is never lighter or darker than both its parts.
 *
 * @param grounds colors of the backdrop
 * @param motifs colors of the drawn shapes
 * @param text color of the letters
 * @param accent color of bars and rules; 3:1 against the grounds
 */
record Palette(List<Color> grounds, List<Color> motifs, Color text, Color accent) {

    static final double READABLE = 4.5;
    static final double VISIBLE = 3;

    /** Above {@link #READABLE}, to allow for losses in the conversion to video levels. */
    private static final double AIM = 5;

    /** Oklch lightness and chroma of grounds, motifs, text, and accent. */
    private enum Mood {
        VIVID(0.50, 0.07, 0.17, 0.56, 0.19, 0.985, 0.01, 0.90, 0.14),
        NIGHT(0.24, 0.06, 0.075, 0.42, 0.15, 0.97, 0.015, 0.80, 0.15),
        DUSK(0.33, 0.09, 0.11, 0.45, 0.13, 0.97, 0.02, 0.85, 0.12),
        PASTEL(0.88, 0.03, 0.075, 0.80, 0.12, 0.24, 0.06, 0.48, 0.19),
        PAPER(0.955, 0.012, 0.018, 0.83, 0.13, 0.20, 0.03, 0.52, 0.21);

        private final double ground;
        private final double spread;
        private final double groundChroma;
        private final double motif;
        private final double motifChroma;
        private final double text;
        private final double textChroma;
        private final double accent;
        private final double accentChroma;

        Mood(
                double ground,
                double spread,
                double groundChroma,
                double motif,
                double motifChroma,
                double text,
                double textChroma,
                double accent,
                double accentChroma) {
            this.ground = ground;
            this.spread = spread;
            this.groundChroma = groundChroma;
            this.motif = motif;
            this.motifChroma = motifChroma;
            this.text = text;
            this.textChroma = textChroma;
            this.accent = accent;
            this.accentChroma = accentChroma;
        }
    }

    /**
     * Hue offsets of grounds and motifs in degrees: analogous, split complementary, triadic, two-toned, warm to cool.
     */
    private static final double[][] HARMONIES = {
        {0, 25, -30, 50, 20, 70},
        {0, 30, -20, 150, 165, 200},
        {0, 40, 20, 120, 120, 240},
        {0, 10, -10, 180, 180, 10},
        {0, -45, -80, 30, 60, -60},
    };

    /**
     * Creates a random palette.
     *
     * @param random the same source gives the same palette
     * @param cinema whether only dark moods are allowed, as in a dark room
     */
    static Palette draw(RandomGenerator random, boolean cinema) {
        Mood mood = cinema
                ? List.of(Mood.NIGHT, Mood.DUSK).get(random.nextInt(2))
                : List.of(Mood.VIVID, Mood.NIGHT, Mood.PASTEL, Mood.PAPER, Mood.VIVID, Mood.DUSK)
                        .get(random.nextInt(6));
        double hue = random.nextDouble(360);
        double[] harmony = HARMONIES[random.nextInt(HARMONIES.length)];
        double side = random.nextBoolean() ? 1 : -1;
        Color text = oklch(mood.text, mood.textChroma, hue);
        boolean lightText = mood.text > 0.5;
        double[] lightness = {mood.ground, mood.ground + mood.spread, mood.ground - mood.spread, mood.ground};
        List<Color> grounds = java.util.stream.IntStream.range(0, 4)
                .mapToObj(i -> against(text, AIM, lightness[i], mood.groundChroma, hue + side * harmony[i], lightText))
                .toList();
        List<Color> motifs = java.util.stream.IntStream.range(4, 6)
                .mapToObj(i -> against(text, AIM, mood.motif, mood.motifChroma, hue + side * harmony[i], lightText))
                .toList();
        return new Palette(grounds, motifs, text, accent(mood, hue + side * harmony[4], grounds, text, lightText));
    }

    private static Color accent(Mood mood, double hue, List<Color> grounds, Color text, boolean lightText) {
        for (double lightness = mood.accent;
                lightness > 0.1 && lightness < 0.99;
                lightness += lightText ? 0.01 : -0.01) {
            Color accent = oklch(lightness, mood.accentChroma, hue);
            if (grounds.stream().allMatch(ground -> contrast(accent, ground) >= VISIBLE)) {
                return accent;
            }
        }
        return text;
    }

    /** The color closest to the requested lightness with enough contrast to the text. */
    private static Color against(
            Color text, double ratio, double lightness, double chroma, double hue, boolean lightText) {
        double step = lightText ? -0.005 : 0.005;
        double clean = lightText ? withoutOlive(hue) : hue;
        Color color = oklch(lightness, chroma, clean);
        for (double l = lightness; contrast(color, text) < ratio && l > 0 && l < 1; l += step) {
            color = oklch(l, chroma, clean);
        }
        return color;
    }

    /** Dark yellows look muddy, so the hue circle is remapped to skip 65 to 140 degrees. */
    private static double withoutOlive(double hue) {
        double turn = ((hue % 360) + 360) % 360;
        return 140 + turn * (360 - 75) / 360;
    }

    /** Contrast ratio, 1 to 21, by WCAG 2.2. */
    static double contrast(Color a, Color b) {
        double one = luminance(a);
        double two = luminance(b);
        return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    }

    private static double luminance(Color color) {
        return 0.2126 * linear(color.getRed()) + 0.7152 * linear(color.getGreen()) + 0.0722 * linear(color.getBlue());
    }

    private static double linear(int channel) {
        double value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
    }

    /**
     * A color in the Oklch space (Björn Ottosson, "A perceptual color space for image processing", 2020). Reduces the
     * chroma of a color that screens cannot show until they can.
     */
    static Color oklch(double lightness, double chroma, double hue) {
        double a = Math.cos(Math.toRadians(hue));
        double b = Math.sin(Math.toRadians(hue));
        for (double c = chroma; ; c -= 0.005) {
            double[] rgb = srgb(lightness, Math.max(c, 0) * a, Math.max(c, 0) * b);
            boolean shown = java.util.Arrays.stream(rgb).allMatch(v -> v >= -0.001 && v <= 1.001);
            if (shown || c <= 0) {
                return new Color(clamp(rgb[0]), clamp(rgb[1]), clamp(rgb[2]));
            }
        }
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
