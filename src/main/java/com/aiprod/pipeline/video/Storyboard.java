package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.fasterxml.jackson.databind.ObjectMapper;
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
                    "STORYBOARD_INVALID", "The storyboard is not {scenes: [{text, start, end}], truncated}", e);
        }
    }

    /** Converts to plain maps and lists, so that a route can read and change them. */
    Map<String, Object> toMap() {
        List<Map<String, Object>> plain = scenes.stream()
                .map(scene -> Map.<String, Object>of("text", scene.text(), "start", scene.start(), "end", scene.end()))
                .toList();
        return Map.of("scenes", plain, "truncated", truncated);
    }
}
