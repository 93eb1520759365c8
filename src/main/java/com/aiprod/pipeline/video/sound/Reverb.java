package com.aiprod.pipeline.video.sound;

/**
 * A room: four delays that feed each other through a Hadamard matrix (Jot and Chaigne, "Digital delay networks for
 * designing artificial reverberators", 1991), dark and without lows.
 */
final class Reverb {

    private static final int[] DELAYS = {1867, 2389, 3049, 3761};
    private static final int BEFORE = 960;

    private Reverb() {}

    /**
     * Adds the room to both channels, in place.
     *
     * @param wet how strong, from 0 to 1
     * @param seconds after which its sound has fallen by 60 dB
     */
    static void add(float[] left, float[] right, double wet, double seconds) {
        float[][] lines = new float[DELAYS.length][];
        float[] feedback = new float[DELAYS.length];
        float[] dark = new float[DELAYS.length];
        int[] at = new int[DELAYS.length];
        for (int i = 0; i < DELAYS.length; i++) {
            lines[i] = new float[DELAYS[i]];
            feedback[i] = (float) StrictMath.pow(10, -3.0 * DELAYS[i] / (seconds * Synth.RATE));
        }
        float[] waiting = new float[2 * BEFORE];
        float lowLeft = 0;
        float lowRight = 0;
        float share = (float) wet;
        for (int i = 0; i < left.length; i++) {
            int slot = 2 * (i % BEFORE);
            float inLeft = waiting[slot];
            float inRight = waiting[slot + 1];
            lowLeft += 0.026f * (left[i] - lowLeft);
            lowRight += 0.026f * (right[i] - lowRight);
            waiting[slot] = left[i] - lowLeft;
            waiting[slot + 1] = right[i] - lowRight;
            float a = read(lines, feedback, dark, at, 0);
            float b = read(lines, feedback, dark, at, 1);
            float c = read(lines, feedback, dark, at, 2);
            float d = read(lines, feedback, dark, at, 3);
            write(lines, at, 0, inLeft + (a + b + c + d) * 0.5f);
            write(lines, at, 1, inRight + (a - b + c - d) * 0.5f);
            write(lines, at, 2, inLeft + (a + b - c - d) * 0.5f);
            write(lines, at, 3, inRight + (a - b - c + d) * 0.5f);
            left[i] += share * (a + c);
            right[i] += share * (b + d);
        }
    }

    private static float read(float[][] lines, float[] feedback, float[] dark, int[] at, int line) {
        float value = lines[line][at[line]] * feedback[line];
        // A tiny offset keeps the filter out of denormal numbers, which are slow.
        dark[line] += 0.42f * (value - dark[line]) + 1e-20f;
        return dark[line];
    }

    private static void write(float[][] lines, int[] at, int line, float value) {
        lines[line][at[line]] = value;
        at[line] = at[line] + 1 == DELAYS[line] ? 0 : at[line] + 1;
    }
}
