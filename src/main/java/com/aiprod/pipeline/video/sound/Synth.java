package com.aiprod.pipeline.video.sound;

import com.aiprod.pipeline.video.sound.Score.Note;
import java.util.SplittableRandom;

/** Turns notes into sound. Every sound starts and ends at zero, so none clicks. */
final class Synth {

    static final int RATE = 48_000;

    private static final int SAMPLES = 4096;
    private static final float[] SINE = sine();

    private final Mood mood;
    private final float[] pad;
    private final float[] left;
    private final float[] right;
    private final SplittableRandom noise;

    private Synth(Mood mood, long seed, int samples) {
        this.mood = mood;
        this.left = new float[samples];
        this.right = new float[samples];
        this.noise = new SplittableRandom(seed);
        this.pad = new float[SAMPLES + 1];
        for (int harmonic = 1; harmonic <= 7; harmonic++) {
            double strength = Math.pow(0.45 + 0.25 * mood.brightness(), harmonic - 1) / harmonic;
            for (int i = 0; i <= SAMPLES; i++) {
                pad[i] += (float) (strength * SINE[(i * harmonic) % SAMPLES]);
            }
        }
    }

    /**
     * Plays a score.
     *
     * @return the left and the right channel, in floats whose level is arbitrary
     */
    static float[][] play(Score score, Mood mood, long seed, int samples) throws InterruptedException {
        Synth synth = new Synth(mood, seed, samples);
        for (Note note : score.notes()) {
            if (Thread.interrupted()) {
                throw new InterruptedException("Stopped while making the soundtrack");
            }
            synth.play(note);
        }
        return new float[][] {synth.left, synth.right};
    }

    private void play(Note note) {
        switch (note.voice()) {
            case PAD -> {
                double width = 0.35;
                hold(note, pad, 0.0019, 0.036, note.pan() - width);
                hold(note, pad, -0.0019, 0.036, note.pan() + width);
            }
            case BASS -> bass(note);
            case PLUCK -> pluck(note);
            case THUMP -> thump(note);
            case SHAKER -> shake(note);
            case SWELL -> swell(note);
        }
    }

    /** A tone with a slow attack that overlaps the next one. */
    private void hold(Note note, float[] wave, double detuning, double level, double pan) {
        double attack = Math.min(0.9, note.seconds() * 0.5);
        double release = 1.4;
        int from = sample(note.start());
        int to = Math.min(sample(note.start() + note.seconds() + release), left.length);
        double step = frequency(note.pitch()) * (1 + detuning) / RATE * SAMPLES;
        double phase = noise.nextDouble() * SAMPLES;
        float l = gain(level * note.strength(), -pan);
        float r = gain(level * note.strength(), pan);
        double drift = 0.13 + 0.1 * noise.nextDouble();
        for (int i = from; i < to; i++) {
            double at = (i - from) / (double) RATE;
            double fade = smooth(at / attack) * (1 - smooth((at - note.seconds()) / release));
            // It ebbs once it has risen, which leaves room for the melody.
            double breath = (0.88 + 0.12 * at(SINE, at * drift * SAMPLES)) * (1 - 0.4 * smooth(at / 3 - 0.3));
            float value = (float) (at(wave, phase) * fade * breath);
            left[i] += l * value;
            right[i] += r * value;
            phase += step;
        }
    }

    private void bass(Note note) {
        double attack = 0.03;
        double release = 0.35;
        int from = sample(note.start());
        int to = Math.min(sample(note.start() + note.seconds() + release), left.length);
        double step = frequency(note.pitch()) / RATE * SAMPLES;
        double phase = 0;
        float level = (float) (0.10 * note.strength());
        for (int i = from; i < to; i++) {
            double at = (i - from) / (double) RATE;
            double fade = smooth(at / attack) * (1 - smooth((at - note.seconds()) / release));
            float value = (float) ((at(SINE, phase) + 0.45 * at(SINE, 2 * phase) + 0.16 * at(SINE, 3 * phase)) * fade);
            left[i] += level * value;
            right[i] += level * value;
            phase += step;
        }
    }

    /** A plucked bar, between a kalimba and an electric piano: overtones that fade faster than the tone. */
    private void pluck(Note note) {
        double attack = 0.004;
        double decay = 0.62 - 0.3 * (note.pitch() - 60) / 36;
        int from = sample(note.start());
        int to = Math.min(from + (int) (decay * 6 * RATE), left.length);
        double step = frequency(note.pitch()) / RATE * SAMPLES;
        double phase = 0;
        float l = gain(0.25 * note.strength(), -note.pan());
        float r = gain(0.25 * note.strength(), note.pan());
        double bright = 0.22 + 0.4 * mood.brightness();
        double shrink = StrictMath.exp(-1 / (decay * RATE));
        double shrinkHigh = StrictMath.exp(-1 / (decay * 0.28 * RATE));
        double body = 1;
        double high = 1;
        int length = Math.max(to - from, 1);
        for (int i = from; i < to; i++) {
            double at = (i - from) / (double) RATE;
            double fade = smooth(at / attack) * (1 - smooth((i - from - 0.85 * length) / (0.15 * length)));
            float value = (float) (fade
                    * (body * at(SINE, phase)
                            + bright * high * at(SINE, 2 * phase)
                            + bright * 0.45 * high * high * at(SINE, 4 * phase)));
            left[i] += l * value;
            right[i] += r * value;
            phase += step;
            body *= shrink;
            high *= shrinkHigh;
        }
    }

    /** A soft drum: a low tone that falls. */
    private void thump(Note note) {
        double decay = note.pitch() < 35 ? 0.30 : 0.13;
        int from = sample(note.start());
        int to = Math.min(from + (int) (decay * 7 * RATE), left.length);
        double base = frequency(note.pitch());
        double phase = 0;
        float level = (float) (0.34 * note.strength());
        for (int i = from; i < to; i++) {
            double at = (i - from) / (double) RATE;
            double fade = smooth(at / 0.005) * StrictMath.exp(-at / decay) * (1 - smooth(at / decay - 6));
            float value = (float) (at(SINE, phase) * fade * level);
            left[i] += value;
            right[i] += value;
            phase += base * (1 + 1.6 * StrictMath.exp(-at / 0.035)) / RATE * SAMPLES;
        }
    }

    private void shake(Note note) {
        int from = sample(note.start());
        int to = Math.min(from + (int) (0.09 * RATE), left.length);
        float l = gain(0.075 * note.strength(), -note.pan());
        float r = gain(0.075 * note.strength(), note.pan());
        double low = 0;
        double lower = 0;
        for (int i = from; i < to; i++) {
            double at = (i - from) / (0.09 * RATE);
            double white = noise.nextDouble(-1, 1);
            low += 0.55 * (white - low);
            lower += 0.30 * (low - lower);
            float value = (float) ((low - lower) * smooth(at / 0.15) * (1 - smooth(at)));
            left[i] += l * value;
            right[i] += r * value;
        }
    }

    /** Air that rises towards a cut and is cut off softly there. */
    private void swell(Note note) {
        int from = sample(note.start());
        int to = Math.min(sample(note.start() + note.seconds() + 0.12), left.length);
        double low = 0;
        double lower = 0;
        double side = 0;
        for (int i = from; i < to; i++) {
            double at = (i - from) / (note.seconds() * RATE);
            double white = noise.nextDouble(-1, 1);
            double open = 0.03 + 0.12 * Math.min(at, 1);
            low += open * (white - low);
            lower += 0.02 * (low - lower);
            side += open * (noise.nextDouble(-1, 1) - side);
            double rise = Math.min(at, 1);
            double fade = rise * rise * (1 - smooth((at - 1) * note.seconds() / 0.12)) * 0.10 * note.strength();
            left[i] += (float) ((low - lower + 0.5 * side) * fade);
            right[i] += (float) ((low - lower - 0.5 * side) * fade);
        }
    }

    private static int sample(double seconds) {
        return (int) Math.rint(seconds * RATE);
    }

    private static double frequency(double pitch) {
        return 440 * StrictMath.pow(2, (pitch - 69) / 12);
    }

    /** The gain of a channel for constant power; side is -1 for silence and 1 for all. */
    private static float gain(double level, double side) {
        double place = (Math.min(Math.max(side, -1), 1) + 1) / 2;
        return (float) (level * Math.sqrt(0.1 + 0.9 * place));
    }

    private static double at(float[] wave, double phase) {
        int whole = (int) phase;
        float part = (float) (phase - whole);
        int index = whole & (SAMPLES - 1);
        float value = wave[index];
        return value + part * (wave[index + 1] - value);
    }

    /** Rises from 0 to 1 without a corner. */
    static double smooth(double part) {
        double p = Math.min(Math.max(part, 0), 1);
        return p * p * (3 - 2 * p);
    }

    private static float[] sine() {
        float[] table = new float[SAMPLES + 1];
        for (int i = 0; i <= SAMPLES; i++) {
            table[i] = (float) StrictMath.sin(2 * Math.PI * i / SAMPLES);
        }
        return table;
    }
}
