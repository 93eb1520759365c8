package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The scenes of a video in time.
 *
 * @param scenes the scenes in order; each starts where the previous one ends
 * @param truncated whether the end of the content was dropped because it takes too long to read
 * @param endCard what follows the scenes: the name of a brand or the title, or an empty text for a logo alone; null for
 *     nothing
 */
record Storyboard(
        List<Scene> scenes,
        boolean truncated,
        @JsonProperty("end_card") Scene endCard) {

    private static final ObjectMapper JSON = new ObjectMapper();

    Storyboard(List<Scene> scenes, boolean truncated) {
        this(scenes, truncated, null);
    }

    /** Reads the storyboard of a job's map, which {@link #toMap()} or a custom stage has put there. */
    static Storyboard of(Map<String, Object> job) {
        try {
            Storyboard board = JSON.convertValue(job.get("storyboard"), Storyboard.class);
            if (board == null || board.scenes() == null || board.scenes().isEmpty()) {
                throw new PermanentStageException("STORYBOARD_INVALID", "The storyboard has no scenes");
            }
            return board;
        } catch (IllegalArgumentException e) {
            throw new PermanentStageException(
                    "STORYBOARD_INVALID",
                    "The storyboard is not {scenes: [{text, start, end, heading, spans}], truncated, end_card}",
                    e);
        }
    }

    /** Converts to plain maps and lists, so that a route can read and change them. */
    Map<String, Object> toMap() {
        List<Map<String, Object>> plain = scenes.stream().map(Storyboard::plain).toList();
        Map<String, Object> map = new LinkedHashMap<>(Map.of("scenes", plain, "truncated", truncated));
        if (endCard != null) {
            map.put("end_card", plain(endCard));
        }
        return map;
    }

    /** The scenes, and the end card if there is one. */
    List<Scene> shots() {
        return endCard == null
                ? scenes
                : Stream.concat(scenes.stream(), Stream.of(endCard)).toList();
    }

    private static Map<String, Object> plain(Scene scene) {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("text", scene.text());
        plain.put("start", scene.start());
        plain.put("end", scene.end());
        if (scene.heading()) {
            plain.put("heading", true);
        }
        if (!scene.spans().isEmpty()) {
            plain.put(
                    "spans",
                    scene.spans().stream()
                            .map(span -> Map.<String, Object>of(
                                    "from",
                                    span.from(),
                                    "to",
                                    span.to(),
                                    "style",
                                    JSON.convertValue(span.style(), String.class)))
                            .toList());
        }
        return plain;
    }
}
