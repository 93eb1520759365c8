package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;

/**
 * What is shown when.
 *
 * @param scenes in their order, each beginning where the one before ends
 * @param truncated whether the content was too long to be read in the time, so that its end is left out
 */
record Storyboard(List<Scene> scenes, boolean truncated) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The storyboard of a job's map, as {@link #toMap()} or another maker of storyboards put it there. */
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

    /** Maps and lists only, so that a route can read and change it. */
    Map<String, Object> toMap() {
        List<Map<String, Object>> plain = scenes.stream()
                .map(scene -> Map.<String, Object>of("text", scene.text(), "start", scene.start(), "end", scene.end()))
                .toList();
        return Map.of("scenes", plain, "truncated", truncated);
    }
}
