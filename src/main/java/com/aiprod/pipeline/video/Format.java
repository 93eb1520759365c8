package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.video.sound.Mood;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What the preset of a job says about its video.
 *
 * @param style how text and pictures are laid out and move
 * @param width pixels from left to right; even, because the encoder halves the colors' resolution
 * @param height pixels from top to bottom; even
 * @param frameRate frames per second
 * @param soundtrack the name of a mood, {@code none}, or {@code auto}
 * @param maxDurationSec the longest duration
 */
record Format(Style style, int width, int height, int frameRate, String soundtrack, int maxDurationSec) {

    /** The layouts that presets can choose. */
    enum Style {
        SOCIAL(Mood.BRIGHT),
        BRAND(Mood.CALM),
        CINEMA(Mood.CINEMATIC);

        private final Mood soundtrack;

        Style(Mood soundtrack) {
            this.soundtrack = soundtrack;
        }

        /** The mood of its music where the text does not tell another. */
        Mood soundtrack() {
            return soundtrack;
        }
    }

    private static final String CODE = "PRESET_INVALID";

    /**
     * Reads a preset.
     *
     * @param preset the variable {@code preset} of the pipeline; its {@code settings} are {@code style}
     *     ({@code social}, {@code brand}, or {@code cinema}), {@code width}, {@code height}, {@code frame_rate}, and {@code soundtrack}
     *     (a {@link Mood}, {@code none}, or {@code auto}; default {@code auto})
     * @throws PermanentStageException {@code PRESET_INVALID} if a setting is missing or out of range
     */
    static Format of(Map<String, Object> preset) {
        Map<String, Object> given = preset == null ? Map.of() : preset;
        Map<?, ?> settings = given.get("settings") instanceof Map<?, ?> map ? map : Map.of();
        return new Format(
                style(settings.get("style")),
                even(settings, "width"),
                even(settings, "height"),
                integer(settings.get("frame_rate"), "setting frame_rate", 1, 60),
                soundtrack(settings.get("soundtrack")),
                integer(given.get("max_duration_sec"), "max_duration_sec", 1, 3600));
    }

    private static Style style(Object name) {
        Optional<Style> style = Arrays.stream(Style.values())
                .filter(known -> known.name().toLowerCase(Locale.ROOT).equals(name))
                .findFirst();
        return style.orElseThrow(() -> new PermanentStageException(
                CODE,
                "The preset's setting style is not one of "
                        + Arrays.stream(Style.values())
                                .map(known -> known.name().toLowerCase(Locale.ROOT))
                                .collect(Collectors.joining(", "))));
    }

    private static String soundtrack(Object name) {
        if (name == null) {
            return Wishes.AUTOMATIC;
        }
        if (!Wishes.isSoundtrack(name)) {
            throw new PermanentStageException(
                    CODE, "The preset's setting soundtrack is not one of " + Wishes.SOUNDTRACKS);
        }
        return (String) name;
    }

    private static int even(Map<?, ?> settings, String name) {
        int pixels = integer(settings.get(name), "setting " + name, 64, 4096);
        if (pixels % 2 != 0) {
            throw new PermanentStageException(CODE, "The preset's setting " + name + " is odd");
        }
        return pixels;
    }

    private static int integer(Object value, String name, int least, int most) {
        if (value instanceof Integer number && number >= least && number <= most) {
            return number;
        }
        throw new PermanentStageException(
                CODE, "The preset's %s is not an integer from %s to %s".formatted(name, least, most));
    }
}
