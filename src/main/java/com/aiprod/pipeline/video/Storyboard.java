package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The scenes of a video in time.
 *
 * @param scenes the scenes in order; each starts where the previous one ends
 * @param truncated whether the end of the content was dropped because it takes too long to read
 */
record Storyboard(List<Scene> scenes, boolean truncated) {

    private static final ObjectMapper JSON = new ObjectMapper();

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
                    "The storyboard is not {scenes: [{text, start, end, heading, spans}], truncated}",
                    e);
        }
    }

    /** Converts to plain maps and lists, so that a route can read and change them. */
    Map<String, Object> toMap() {
        List<Map<String, Object>> plain = scenes.stream().map(Storyboard::plain).toList();
        return Map.of("scenes", plain, "truncated", truncated);
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
