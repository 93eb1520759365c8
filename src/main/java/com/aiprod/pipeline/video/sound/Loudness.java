package com.aiprod.pipeline.video.sound;

import java.util.ArrayList;
import java.util.List;

/** Integrated loudness by ITU-R BS.1770-4, as EBU R 128 uses it, at 48 kHz. */
final class Loudness {

    private static final int STEP = Synth.RATE / 10;
    private static final double SILENCE = -70;

    private Loudness() {}

    /** The loudness of a stereo sound, in LUFS; negative infinity if it is shorter than 0.4 s or silent. */
    static double integrated(float[] left, float[] right) {
        double[] energy = new double[left.length / STEP];
        add(energy, left);
        add(energy, right);
        List<Double> blocks = new ArrayList<>();
        for (int i = 0; i + 4 <= energy.length; i++) {
            double mean = (energy[i] + energy[i + 1] + energy[i + 2] + energy[i + 3]) / (4.0 * STEP);
            if (level(mean) > SILENCE) {
                blocks.add(mean);
            }
        }
        double gate = level(mean(blocks)) - 10;
        return level(mean(blocks.stream().filter(block -> level(block) > gate).toList()));
    }

    /** Adds the K-weighted squares of each 100 ms. */
    private static void add(double[] energy, float[] channel) {
        double a1 = 0;
        double a2 = 0;
        double b1 = 0;
        double b2 = 0;
        for (int i = 0; i < energy.length * STEP; i++) {
            // The shelf and the high-pass of the standard, for 48 kHz, in the transposed direct form.
            double in = channel[i];
            double shelf = 1.53512485958697 * in + a1;
            a1 = -2.69169618940638 * in + 1.69065929318241 * shelf + a2;
            a2 = 1.19839281085285 * in - 0.73248077421585 * shelf;
            double out = shelf + b1;
            b1 = -2 * shelf + 1.99004745483398 * out + b2;
            b2 = shelf - 0.99007225036621 * out;
            energy[i / STEP] += out * out;
        }
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElse(0);
    }

    private static double level(double energy) {
        return -0.691 + 10 * Math.log10(energy);
    }
}
