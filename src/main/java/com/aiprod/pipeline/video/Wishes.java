package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.video.sound.Mood;
import java.util.Map;
import java.util.Optional;

/**
 * What the {@code metadata} of a job asks of its video. Keys that it does not know are the client's own.
 *
 * @param soundtrack the name of a mood, {@code none}, or null for the preset's choice
 */
record Wishes(String soundtrack) {

    static final String CODE = "METADATA_INVALID";
    static final String SILENT = "none";

    /**
     * Reads a job's {@code metadata}.
     *
     * @throws PermanentStageException {@code METADATA_INVALID} naming the key at fault
     */
    static Wishes of(Map<String, Object> job) {
        Map<?, ?> metadata = job.get("metadata") instanceof Map<?, ?> map ? map : Map.of();
        return new Wishes(soundtrack(metadata.get("soundtrack")));
    }

    private static String soundtrack(Object value) {
        if (value == null || isSoundtrack(value)) {
            return (String) value;
        }
        throw new PermanentStageException(CODE, "metadata.soundtrack must be one of none, " + Mood.names());
    }

    /** Whether this is the name of a mood, or {@code none}. */
    static boolean isSoundtrack(Object value) {
        return SILENT.equals(value) || value instanceof String name && Mood.named(name).isPresent();
    }

    /** The mood of the soundtrack; empty for none. */
    Optional<Mood> mood(String preset) {
        String chosen = soundtrack == null ? preset : soundtrack;
        return chosen.equals(SILENT) ? Optional.empty() : Mood.named(chosen);
    }
}
