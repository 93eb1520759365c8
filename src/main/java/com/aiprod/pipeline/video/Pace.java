package com.aiprod.pipeline.video;

import java.util.List;

/**
 * The pace of a preset.
 *
 * @param room width of one scene's text, in Latin letters
 * @param lineRoom width of a line of a list
 * @param lines maximum number of lines of a list in one scene
 * @param least minimum seconds of a scene
 * @param settle seconds that a scene needs in addition to reading
 * @param slowness factor by which reading time is stretched
 * @param ideal ideal seconds of a scene; if time is left, long scenes are cut to approach it
 * @param shortest seconds of a video whose text would need less
 */
record Pace(
        int room, int lineRoom, int lines, double least, double settle, double slowness, double ideal, int shortest) {

    /** Less than this is a flash. */
    private static final double LEAST = 0.8;

    /** The factor by which reading may be hurried before the end of the text is dropped. */
    private static final double HURRY = 1.15;

    static Pace of(Format format) {
        return switch (format.style()) {
            case SOCIAL -> new Pace(72, 18, 6, 1.2, 0.4, 1, 3, 4);
            case BRAND -> new Pace(84, 22, 5, 1.8, 0.7, 1.1, 5, 5);
            case CINEMA -> new Pace(64, 28, 4, 3, 1.4, 1.35, 6, 6);
        };
    }

    /** Faster and faster paces: minimum times give way first, then the stretch of reading, and reading itself last. */
    List<Pace> hurried() {
        return List.of(
                with(Math.max(LEAST, least * 0.65), settle * 0.65, slowness),
                with(LEAST, 0.25, slowness),
                with(LEAST, 0.25, Math.min(slowness, 1)),
                with(LEAST, 0.25, 1 / HURRY));
    }

    private Pace with(double newLeast, double newSettle, double newSlowness) {
        return new Pace(room, lineRoom, lines, newLeast, newSettle, newSlowness, ideal, shortest);
    }

    /** Seconds that a text needs on the screen. */
    double needed(String text, boolean japanese) {
        return Math.max(least, ReadingSpeed.seconds(text, japanese) * slowness + settle);
    }

    /** The lines that a text of a list takes. */
    int linesOf(String text) {
        return text.lines()
                .mapToInt(line -> Math.max(1, (ReadingSpeed.width(line) + lineRoom - 1) / lineRoom))
                .sum();
    }
}
