package com.aiprod.pipeline.pipelines;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Limits the attempts at a time of each pipeline that sets its own {@code slots}. All revisions of a pipeline share
 * them.
 */
final class PipelineSlots {

    private final Map<String, Integer> taken = new ConcurrentHashMap<>();

    /**
     * Takes a slot if one is free.
     *
     * @param slots as many as the revision of this attempt allows
     */
    boolean take(String pipeline, int slots) {
        boolean[] free = new boolean[1];
        taken.compute(pipeline, (name, count) -> {
            int before = count == null ? 0 : count;
            free[0] = before < slots;
            return free[0] ? before + 1 : count;
        });
        return free[0];
    }

    /** Gives back a slot that was taken, whatever revision took it. */
    void giveBack(String pipeline) {
        taken.computeIfPresent(pipeline, (name, count) -> count == 1 ? null : count - 1);
    }
}
