package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.video.brand.Brand;
import com.aiprod.pipeline.video.sound.Mood;
import java.util.Map;
import java.util.Optional;

/**
 * What the {@code metadata} of a job asks of its video. Keys that it does not know are the client's own.
 *
 * @param soundtrack the name of a mood, {@code none}, {@code auto}, or null for the preset's choice
 * @param brand {@link Brand#NONE} if there is none
 */
record Wishes(String soundtrack, Brand brand) {

    static final String CODE = "METADATA_INVALID";

    /** The mood that the text tells, or else the style's. */
    static final String AUTOMATIC = "auto";

    static final String SILENT = "none";

    /** All that can be chosen, separated by commas. */
    static final String SOUNDTRACKS = "auto, none, " + Mood.names();

    /**
     * Reads a job's {@code metadata}.
     *
     * @throws PermanentStageException {@code METADATA_INVALID} naming the key at fault
     */
    static Wishes of(Map<String, Object> job) {
        Map<?, ?> metadata = job.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
        return new Wishes(
                soundtrack(metadata.get("soundtrack")), Brand.of(metadata.get("brand"), "metadata.brand", CODE));
    }

    private static String soundtrack(Object value) {
        if (value == null || isSoundtrack(value)) {
            return (String) value;
        }
        throw new PermanentStageException(CODE, "metadata.soundtrack must be one of " + SOUNDTRACKS);
    }

    /** Whether this is the name of a mood, {@code none}, or {@code auto}. */
    static boolean isSoundtrack(Object value) {
        return SILENT.equals(value)
                || AUTOMATIC.equals(value)
                || (value instanceof String name && Mood.named(name).isPresent());
    }

    /** The mood of the soundtrack; empty for none. */
    Optional<Mood> mood(Format format, Optional<Theme> theme) {
        return switch (soundtrack == null ? format.soundtrack() : soundtrack) {
            case SILENT -> Optional.empty();
            case AUTOMATIC ->
                Optional.of(theme.map(Theme::soundtrack).orElse(format.style().soundtrack()));
            default -> Mood.named(soundtrack == null ? format.soundtrack() : soundtrack);
        };
    }
}
