package com.aiprod.pipeline.video;

import java.awt.Color;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
    enum Mood {
        VIVID(0.50, 0.07, 0.17, 0.56, 0.19, 0.985, 0.01, 0.90, 0.14),
        NIGHT(0.24, 0.06, 0.075, 0.42, 0.15, 0.97, 0.015, 0.80, 0.15),
        DUSK(0.33, 0.09, 0.11, 0.45, 0.13, 0.97, 0.02, 0.85, 0.12),
        PASTEL(0.88, 0.03, 0.075, 0.80, 0.12, 0.24, 0.06, 0.48, 0.19),
        PAPER(0.955, 0.012, 0.018, 0.83, 0.13, 0.20, 0.03, 0.52, 0.21),
        /** Almost without color; only a theme chooses it. */
        MUTED(0.30, 0.06, 0.012, 0.40, 0.022, 0.95, 0.005, 0.72, 0.03);

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

        /** Whether it suits a dark room. */
        boolean isDark() {
            return ground < 0.4;
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

    /** Close to the hue of a theme, so that a sea stays blue. */
    private static final double[] NEAR = {0, 14, -12, 22, 12, 30};

    private static final List<Mood> DARK = List.of(Mood.NIGHT, Mood.DUSK);
    private static final List<Mood> ANY =
            List.of(Mood.VIVID, Mood.NIGHT, Mood.PASTEL, Mood.PAPER, Mood.VIVID, Mood.DUSK);

    /**
     * Creates a random palette.
     *
     * @param random the same source gives the same palette
     * @param cinema whether only dark moods are allowed, as in a dark room
     */
    static Palette draw(RandomGenerator random, boolean cinema) {
        List<Mood> moods = cinema ? DARK : ANY;
        Mood mood = moods.get(random.nextInt(moods.size()));
        double hue = random.nextDouble(360);
        double[] harmony = HARMONIES[random.nextInt(HARMONIES.length)];
        double side = random.nextBoolean() ? 1 : -1;
        boolean lightText = mood.text > 0.5;
        double[] hues = new double[harmony.length];
        for (int i = 0; i < hues.length; i++) {
            double plain = hue + side * harmony[i];
            hues[i] = lightText ? withoutOlive(plain) : plain;
        }
        return of(mood, hue, hues, hue + side * harmony[4]);
    }

    /** Creates a random palette in the colors of a theme. */
    static Palette draw(RandomGenerator random, boolean cinema, Theme theme) {
        List<Mood> moods = theme.moods(cinema);
        Mood mood = moods.get(random.nextInt(moods.size()));
        double hue = theme.hue(random);
        double side = random.nextBoolean() ? 1 : -1;
        double[] hues = DoubleStream.of(NEAR).map(offset -> hue + side * offset).toArray();
        return of(mood, hue, hues, hues[4]);
    }

    private static Palette of(Mood mood, double hue, double[] hues, double accentHue) {
        Color text = new Oklch(mood.text, mood.textChroma, hue).color();
        double[] lightness = {mood.ground, mood.ground + mood.spread, mood.ground - mood.spread, mood.ground};
        List<Color> grounds = IntStream.range(0, 4)
                .mapToObj(i -> against(text, new Oklch(lightness[i], mood.groundChroma, hues[i])))
                .toList();
        List<Color> motifs = IntStream.range(4, 6)
                .mapToObj(i -> against(text, new Oklch(mood.motif, mood.motifChroma, hues[i])))
                .toList();
        Oklch accent = new Oklch(mood.accent, mood.accentChroma, accentHue);
        return new Palette(grounds, motifs, text, accent(accent, grounds, text));
    }

    /**
     * The palette of a brand. Its colors stay as they are where the text is readable on them; otherwise they get
     * lighter or darker.
     *
     * @param colors ground, motif, and accent; the first is enough
     */
    static Palette of(List<Color> colors) {
        Oklch base = Oklch.of(colors.get(0));
        Color light = new Oklch(0.985, Math.min(base.chroma(), 0.01), base.hue()).color();
        Color dark = new Oklch(0.21, Math.min(base.chroma(), 0.04), base.hue()).color();
        boolean lightText = contrast(light, colors.get(0)) >= VISIBLE;
        Color text = lightText ? light : dark;
        double step = lightText ? -0.05 : 0.03;
        List<Color> grounds = DoubleStream.of(0, step, 0.6 * step, 1.6 * step)
                .mapToObj(shift -> against(text, base.withLightness(base.lightness() + shift)))
                .toList();
        Oklch second = colors.size() > 1
                ? Oklch.of(colors.get(1))
                : base.withLightness(base.lightness() + (base.lightness() > 0.55 ? -0.12 : 0.12));
        Oklch third = colors.size() > 2 ? Oklch.of(colors.get(2)) : second;
        if (turnsOlive(second, text) && !turnsOlive(third, text)) {
            // It is seen as it is in the accent.
            return of(base, grounds, third, third, second, text);
        }
        return of(base, grounds, second, third, third, text);
    }

    private static Palette of(Oklch base, List<Color> grounds, Oklch second, Oklch third, Oklch accent, Color text) {
        Oklch near = base.withLightness(base.lightness() + (Oklch.of(text).lightness() > 0.5 ? 0.08 : -0.08));
        List<Color> motifs = Stream.of(second, third)
                .map(motif -> against(text, turnsOlive(motif, text) ? near : motif))
                .toList();
        return new Palette(grounds, motifs, text, accent(accent, grounds, text));
    }

    /** Whether a yellow would become much darker below the text, which nobody recognizes as yellow. */
    private static boolean turnsOlive(Oklch color, Color text) {
        double darkened = color.lightness() - Oklch.of(against(text, color)).lightness();
        return color.chroma() > 0.08 && color.hue() > 60 && color.hue() < 135 && darkened > 0.15;
    }

    /** The color closest to the wanted lightness that is visible on every ground; the text's, if none is. */
    private static Color accent(Oklch wanted, List<Color> grounds, Color text) {
        double step = Oklch.of(text).lightness() > 0.5 ? 0.01 : -0.01;
        for (double l = wanted.lightness(); l >= 0 && l <= 1; l += step) {
            Color accent = wanted.withLightness(l).color();
            if (grounds.stream().allMatch(ground -> contrast(accent, ground) >= VISIBLE)) {
                return accent;
            }
        }
        return text;
    }

    /** The color closest to the wanted lightness with enough contrast to the text. */
    private static Color against(Color text, Oklch wanted) {
        double step = Oklch.of(text).lightness() > 0.5 ? -0.005 : 0.005;
        Color color = wanted.color();
        for (double l = wanted.lightness(); contrast(color, text) < AIM && l > 0 && l < 1; l += step) {
            color = wanted.withLightness(l).color();
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
        return 0.2126 * Oklch.linear(color.getRed())
                + 0.7152 * Oklch.linear(color.getGreen())
                + 0.0722 * Oklch.linear(color.getBlue());
    }
}
