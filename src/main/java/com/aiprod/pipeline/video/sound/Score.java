package com.aiprod.pipeline.video.sound;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The notes of a soundtrack. Chords change on the cuts of the video, the tempo is the one within the mood's range that
 * fits the cuts best, and the last chord is the key's own.
 *
 * @param notes in no order
 * @param chordStarts when the chords change, in seconds
 * @param root MIDI number of the key's first note
 */
record Score(List<Note> notes, List<Double> chordStarts, int root) {

    /** What plays a note. */
    enum Voice {
        PAD,
        BASS,
        PLUCK,
        THUMP,
        SHAKER,
        SWELL
    }

    /**
     * A note.
     *
     * @param start seconds from the start of the video
     * @param seconds how long it is held; only pads, basses, and swells
     * @param pitch MIDI number, 69 for 440 Hz
     * @param strength loudness, from 0 to 1
     * @param pan from -1, left, to 1, right
     */
    record Note(Voice voice, double start, double seconds, double pitch, double strength, double pan) {}

    /** A chord in time; the grid divides it into eighths of equal length. */
    private record Chord(double start, double end, int eighths, int degree, boolean onCut) {

        double eighth() {
            return (end - start) / eighths;
        }
    }

    private static final int LOWEST_ROOT = 45;
    private static final int PATTERN = 8;

    /** Eighths of the longest chord, two bars. */
    private static final int LONGEST = 16;

    /** Seconds for which the last chord sounds at least, if the video is long enough. */
    private static final double ENDING = 3.2;

    /** Seconds before the end after which no note starts, so that the last one can ring. */
    private static final double TAIL = 1.6;

    /**
     * Composes a soundtrack.
     *
     * @param seed equal seeds give equal notes
     * @param cuts seconds from the start of the video at which a scene begins, without 0
     * @param length seconds
     */
    static Score compose(Mood mood, long seed, List<Double> cuts, double length) {
        return new Composer(mood, new SplittableRandom(seed), cuts, length).compose();
    }

    private static final class Composer {

        private final Mood mood;
        private final SplittableRandom random;
        private final List<Double> cuts;
        private final double length;
        private final int root;
        private final List<Note> notes = new ArrayList<>();

        Composer(Mood mood, SplittableRandom random, List<Double> cuts, double length) {
            this.mood = mood;
            this.random = random;
            this.cuts = cuts;
            this.length = length;
            this.root = LOWEST_ROOT + random.nextInt(12);
        }

        Score compose() {
            boolean[] rhythm = rhythm();
            List<Chord> chords = chords(eighth());
            int[] voicing = null;
            int melody = 72;
            for (int i = 0; i < chords.size(); i++) {
                Chord chord = chords.get(i);
                voicing = voicing(chord.degree(), voicing);
                boolean last = i == chords.size() - 1;
                hold(chord, voicing, last);
                if (chord.onCut() || i == 0) {
                    hit(chord, voicing, i == 0 ? 0.5 : last ? 1 : 0.75);
                }
                beat(chord);
                melody = pluck(chord, voicing, rhythm, melody);
            }
            return new Score(notes, chords.stream().map(Chord::start).toList(), root);
        }

        /** The length of an eighth note in seconds with which the cuts fall closest to eighths. */
        private double eighth() {
            double best = 0;
            double least = Double.POSITIVE_INFINITY;
            double favorite = mood.slowest() + random.nextDouble() * (mood.fastest() - mood.slowest());
            for (double tempo = mood.slowest(); tempo <= mood.fastest(); tempo += 0.25) {
                double eighth = 30 / tempo;
                double off = Math.abs(tempo - favorite) / (mood.fastest() - mood.slowest()) * 0.01;
                double start = 0;
                for (double cut : cuts) {
                    double eighths = (cut - start) / eighth;
                    off += Math.pow(eighths - Math.rint(eighths), 2);
                    start = cut;
                }
                if (off < least) {
                    least = off;
                    best = eighth;
                }
            }
            return best;
        }

        private List<Chord> chords(double eighth) {
            List<double[]> spans = new ArrayList<>();
            for (int i = 0; i <= cuts.size(); i++) {
                double start = i == 0 ? 0 : cuts.get(i - 1);
                double end = i == cuts.size() ? length : cuts.get(i);
                if (i == cuts.size() && end - start > 2.2 * ENDING) {
                    split(spans, start, end - ENDING, eighth);
                    spans.add(new double[] {end - ENDING, end, 0});
                } else {
                    split(spans, start, end, i == cuts.size() ? end : eighth);
                }
            }
            String progression =
                    mood.progressions().get(random.nextInt(mood.progressions().size()));
            List<Chord> chords = new ArrayList<>();
            for (int i = 0; i < spans.size(); i++) {
                double[] span = spans.get(i);
                int eighths = (int) Math.max(1, Math.rint((span[1] - span[0]) / eighth));
                boolean last = i == spans.size() - 1;
                int degree = last ? 0 : progression.charAt(i % progression.length()) - '0';
                if (i == spans.size() - 2 && degree == 0 && i > 0) {
                    degree = mood.scale() == Mood.Scale.MAJOR ? 4 : 6;
                }
                chords.add(new Chord(span[0], span[1], eighths, degree, span[2] > 0));
            }
            return chords;
        }

        /** Divides a scene into chords of at most two bars. */
        private static void split(List<double[]> spans, double start, double end, double eighth) {
            int count = (int) Math.max(1, Math.ceil((end - start) / eighth / LONGEST));
            for (int i = 0; i < count; i++) {
                double from = start + (end - start) * i / count;
                double to = i == count - 1 ? end : start + (end - start) * (i + 1) / count;
                spans.add(new double[] {from, to, i == 0 && start > 0 ? 1 : 0});
            }
        }

        /** The eighths of a bar on which notes are plucked; the same in all bars, so that listeners recognize it. */
        private boolean[] rhythm() {
            boolean[] rhythm = new boolean[PATTERN];
            for (int i = 0; i < PATTERN; i++) {
                double weight = i == 0 ? 2 : i % 2 == 0 ? 1.15 : 0.8;
                rhythm[i] = random.nextDouble() < mood.density() * weight;
            }
            return rhythm;
        }

        /** MIDI numbers of three or four notes around middle C, close to those of the chord before. */
        private int[] voicing(int degree, int[] before) {
            List<Integer> degrees = new ArrayList<>(List.of(degree, degree + 2, degree + 4));
            int ninth = mood.scale().semitones(degree + 8) - mood.scale().semitones(degree);
            if (ninth == 14) {
                degrees.add(degree + 8);
            }
            int[] voicing = new int[degrees.size()];
            for (int i = 0; i < voicing.length; i++) {
                int pitch = root + mood.scale().semitones(degrees.get(i));
                int near = before == null ? 62 : before[Math.min(i, before.length - 1)];
                voicing[i] = within(pitch, near, 54, 71);
            }
            return voicing;
        }

        /** The octave of a pitch that is nearest to another, between two limits. */
        private static int within(int pitch, int near, int least, int most) {
            int shifted = pitch + 12 * (int) Math.rint((near - pitch) / 12.0);
            while (shifted < least) {
                shifted += 12;
            }
            while (shifted > most) {
                shifted -= 12;
            }
            return shifted;
        }

        private void hold(Chord chord, int[] voicing, boolean last) {
            double seconds = chord.end() - chord.start();
            for (int i = 0; i < voicing.length; i++) {
                double pan = voicing.length == 1 ? 0 : 1.2 * i / (voicing.length - 1) - 0.6;
                add(Score.Voice.PAD, chord.start(), seconds, voicing[i], i == 3 ? 0.5 : 0.8, pan);
            }
            int bass = within(root + mood.scale().semitones(chord.degree()), 38, 33, 45);
            if (mood.pulse() == 0 || last) {
                add(Score.Voice.BASS, chord.start(), seconds, bass, 0.8, 0);
            } else {
                for (int i = 0; i < chord.eighths(); i += 2) {
                    double held = Math.min(1.7, chord.eighths() - i) * chord.eighth();
                    add(Score.Voice.BASS, chord.start() + i * chord.eighth(), held, bass, i % 4 == 0 ? 0.9 : 0.65, 0);
                }
            }
        }

        /** A soft accent: a low thump, and the chord spread like on a harp; before it, air that rises. */
        private void hit(Chord chord, int[] voicing, double strength) {
            double soft = mood == Mood.SOMBER ? 0.5 : 1;
            add(Score.Voice.THUMP, chord.start(), 0, 33, strength * soft * 0.8, 0);
            for (int i = 0; i < voicing.length; i++) {
                double pan = i % 2 == 0 ? -0.35 : 0.35;
                add(Score.Voice.PLUCK, chord.start() + 0.028 * i, 0, voicing[i] + 12, strength * 0.5, pan);
            }
            double rise = 0.55;
            if (chord.start() > rise + 0.2) {
                add(Score.Voice.SWELL, chord.start() - rise, rise, 0, strength * soft * 0.5, 0);
            }
        }

        private void beat(Chord chord) {
            for (int i = 0; i < chord.eighths(); i++) {
                double at = chord.start() + i * chord.eighth();
                if (at > length - TAIL) {
                    return;
                }
                boolean onBeat = i % 2 == 0;
                if (onBeat && mood.pulse() > 0 && !(i == 0 && chord.onCut())) {
                    add(Score.Voice.THUMP, at, 0, 36, mood.pulse() * (i % 4 == 0 ? 0.5 : 0.3), 0);
                }
                if (!onBeat && mood.shaker() > 0) {
                    add(Score.Voice.SHAKER, at, 0, 0, mood.shaker() * (i % 4 == 1 ? 0.5 : 0.35), 0.25);
                }
            }
        }

        /** Plucks notes of the chord in small steps; returns the last pitch. */
        private int pluck(Chord chord, int[] voicing, boolean[] rhythm, int before) {
            int melody = before;
            for (int i = 0; i < chord.eighths(); i++) {
                double at = chord.start() + i * chord.eighth();
                boolean taken = i == 0 && (chord.onCut() || chord.start() == 0);
                if (at > length - TAIL || taken || !rhythm[i % PATTERN]) {
                    continue;
                }
                int wanted = Math.min(Math.max(melody + random.nextInt(-6, 7), 67), 82);
                int note = voicing[random.nextInt(Math.min(3, voicing.length))];
                int pitch = within(note, wanted, 64, 84);
                double strength = (i % 4 == 0 ? 0.75 : 0.55) * (0.85 + 0.3 * random.nextDouble());
                double late = 0.008 * random.nextDouble();
                add(Score.Voice.PLUCK, at + late, 0, pitch, strength, random.nextDouble(-0.4, 0.4));
                melody = pitch;
            }
            return melody;
        }

        private void add(Voice voice, double start, double seconds, double pitch, double strength, double pan) {
            notes.add(new Note(voice, start, seconds, pitch, strength, pan));
        }
    }
}
