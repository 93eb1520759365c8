package com.aiprod.pipeline.video.sound;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The character of a soundtrack: scale, tempo, harmony, and instruments. */
public enum Mood {
    CALM(Scale.MAJOR, 66, 80, 0.30, 0, 0, 0.50, "0534 0353 3045"),
    BRIGHT(Scale.MAJOR, 92, 108, 0.52, 0.55, 0, 0.85, "0453 0343 0534"),
    UPBEAT(Scale.MAJOR, 108, 122, 0.68, 0.80, 0.5, 1.00, "0453 5304 0345"),
    TENDER(Scale.MAJOR, 58, 72, 0.38, 0, 0, 0.45, "0354 0315 5304"),
    SOMBER(Scale.MINOR, 54, 66, 0.18, 0, 0, 0.30, "0536 0353 5036"),
    CINEMATIC(Scale.MINOR, 62, 78, 0.28, 0.50, 0, 0.45, "0526 0563 0536");

    /** Semitones above the root of the seven degrees. */
    enum Scale {
        MAJOR("024579b"),
        MINOR("023578a");

        private final String steps;

        /** @param steps a hexadecimal digit for each degree */
        Scale(String steps) {
            this.steps = steps;
        }

        /** Semitones above the root; degrees above 6 are in the octaves above. */
        int semitones(int degree) {
            return Character.digit(steps.charAt(degree % 7), 16) + 12 * (degree / 7);
        }
    }

    private final Scale scale;
    private final double slowest;
    private final double fastest;
    private final double density;
    private final double pulse;
    private final double shaker;
    private final double brightness;
    private final String progressions;

    Mood(
            Scale scale,
            double slowest,
            double fastest,
            double density,
            double pulse,
            double shaker,
            double brightness,
            String progressions) {
        this.scale = scale;
        this.slowest = slowest;
        this.fastest = fastest;
        this.density = density;
        this.pulse = pulse;
        this.shaker = shaker;
        this.brightness = brightness;
        this.progressions = progressions;
    }

    /** Finds a mood by its name in lower case. */
    public static Optional<Mood> named(String name) {
        return Arrays.stream(values()).filter(mood -> mood.label().equals(name)).findFirst();
    }

    /** The names of all moods, separated by commas. */
    public static String names() {
        return Arrays.stream(values()).map(Mood::label).collect(Collectors.joining(", "));
    }

    /** The name as clients write it: in lower case. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    Scale scale() {
        return scale;
    }

    /** The slowest tempo, in beats per minute. */
    double slowest() {
        return slowest;
    }

    /** The fastest tempo, in beats per minute. */
    double fastest() {
        return fastest;
    }

    /** The share of eighths on which a note is plucked. */
    double density() {
        return density;
    }

    /** The strength of the beat, from 0 to 1. */
    double pulse() {
        return pulse;
    }

    /** The strength of the noise between the beats, from 0 to 1. */
    double shaker() {
        return shaker;
    }

    /** How many overtones sound, from 0 to 1. */
    double brightness() {
        return brightness;
    }

    /** Sequences of the scale's degrees, from 0, on which the chords are built. */
    List<String> progressions() {
        return List.of(progressions.split(" ", -1));
    }
}
