package com.aiprod.pipeline.video.sound;

import java.util.Arrays;

/** Brings a mix to the loudness that platforms expect, without peaks that clip, and fades its ends. */
final class Master {

    /** LUFS, what the platforms normalize to. */
    static final double TARGET = -14;

    /** Sample peak, -2.6 dB: the AAC encoder and the samples between add up to 1.5 dB. */
    static final float CEILING = 0.74f;

    private static final int LOOKAHEAD = 144;
    private static final double RELEASE = 0.12;

    /** A gain of 40 dB; a sound that needs more is silence. */
    private static final double MOST = 100;

    private Master() {}

    /** Fades, levels, and limits both channels, in place. */
    static void finish(float[] left, float[] right) {
        fade(left);
        fade(right);
        for (int round = 0; round < 3; round++) {
            double gain = Math.pow(10, (TARGET - Loudness.integrated(left, right)) / 20);
            if (!(gain < MOST)) {
                return;
            }
            limit(left, right, (float) gain);
        }
    }

    /** Fades in over the attack of the first chord, and out over its tail. */
    private static void fade(float[] channel) {
        int in = (int) Math.min(0.25 * Synth.RATE, channel.length / 8.0);
        int out = (int) Math.min(1.3 * Synth.RATE, channel.length / 3.0);
        for (int i = 0; i < in; i++) {
            channel[i] *= (float) Synth.smooth(i / (double) in);
        }
        for (int i = 0; i < out; i++) {
            double rest = Synth.smooth(i / (double) out);
            channel[channel.length - 1 - i] *= (float) (rest * rest);
        }
    }

    /**
     * Applies a gain, lowered smoothly before and after each peak: the least gain within the look-ahead, averaged over
     * the same time, so that it has reached its value when the peak comes.
     */
    private static void limit(float[] left, float[] right, float gain) {
        int samples = left.length;
        float[] allowed = new float[samples];
        for (int i = 0; i < samples; i++) {
            float peak = gain * Math.max(Math.abs(left[i]), Math.abs(right[i]));
            allowed[i] = peak > CEILING ? CEILING / peak : 1;
        }
        float[] ring = new float[LOOKAHEAD];
        Arrays.fill(ring, 1);
        double sum = LOOKAHEAD;
        double held = 1;
        double recover = 1 / (RELEASE * Synth.RATE);
        int until = 0;
        for (int i = 0; i < samples + LOOKAHEAD; i++) {
            // The least of the window [i - LOOKAHEAD, i] as a hold: a new minimum counts for the whole look-ahead.
            float now = i < samples ? allowed[i] : 1;
            if (now <= held) {
                held = now;
                until = i + LOOKAHEAD;
            } else if (i > until) {
                held += (1 - held) * recover;
                if (now < held) {
                    held = now;
                }
            }
            int slot = i % LOOKAHEAD;
            sum += held - ring[slot];
            ring[slot] = (float) held;
            int at = i - LOOKAHEAD + 1;
            if (at >= 0 && at < samples) {
                float factor = gain * (float) Math.min(sum / LOOKAHEAD, 1);
                left[at] *= factor;
                right[at] *= factor;
            }
        }
    }
}
