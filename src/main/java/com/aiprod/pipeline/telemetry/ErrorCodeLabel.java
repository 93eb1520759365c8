package com.aiprod.pipeline.telemetry;

import java.util.Set;
import java.util.TreeSet;

/**
 * The label {@code code} of a metric. A pipeline may make up any error code, and a label must not grow without bounds:
 * those that this application itself gives are shown, the others are {@code other}.
 */
final class ErrorCodeLabel {

    private static final String OTHER = "other";

    private static final Set<String> KNOWN = Set.of(
            "ATTEMPTS_EXHAUSTED",
            "CONTENT_EMPTY",
            "DELIVERY_EXHAUSTED",
            "INTERNAL_ERROR",
            "IO_ERROR",
            "JOB_ID_INVALID",
            "PIPELINE_ERROR",
            "PIPELINE_OUTPUT_INVALID",
            "PIPELINE_TIMEOUT",
            "PIPELINE_UNKNOWN",
            "POISON_MESSAGE",
            "PRESET_UNKNOWN",
            "RESULT_REFUSED",
            "STORAGE_FULL",
            "STORYBOARD_INVALID",
            "VIDEO_UNREADABLE",
            "VIDEO_WRONG");

    /** All values of the label. */
    static final Set<String> ALL = all();

    private ErrorCodeLabel() {}

    /** The label for a code; null is a code like any unknown one. */
    static String of(String code) {
        return code != null && KNOWN.contains(code) ? code : OTHER;
    }

    private static Set<String> all() {
        Set<String> all = new TreeSet<>(KNOWN);
        all.add(OTHER);
        return Set.copyOf(all);
    }
}
