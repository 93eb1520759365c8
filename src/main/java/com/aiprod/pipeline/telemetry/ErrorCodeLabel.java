package com.aiprod.pipeline.telemetry;

import java.util.Set;
import java.util.TreeSet;

/**
 * The metric label {@code code}. A pipeline can invent any error code, but the number of label values must be bounded:
 * the codes of the application and its built-in pipelines are shown, all others are {@code other}.
 */
final class ErrorCodeLabel {

    private static final String OTHER = "other";

    private static final Set<String> KNOWN = Set.of(
            "ARTIFACT_INVALID",
            "ATTEMPTS_EXHAUSTED",
            "BACKEND_ANSWER_INVALID",
            "BACKEND_BUSY",
            "BACKEND_DENIED",
            "BACKEND_ERROR",
            "CONTENT_EMPTY",
            "CONTENT_REFUSED",
            "DELIVERY_EXHAUSTED",
            "GENERATION_CANCELLED",
            "GENERATION_FAILED",
            "INTERNAL_ERROR",
            "IO_ERROR",
            "JOB_ID_INVALID",
            "JSON_INVALID",
            "METADATA_INVALID",
            "ORDER_LOST",
            "JOB_VARIABLE_INVALID",
            "JOB_VARIABLE_NOT_STORED",
            "PIPELINE_ERROR",
            "PIPELINE_OUTPUT_INVALID",
            "PIPELINE_TIMEOUT",
            "PIPELINE_UNKNOWN",
            "POISON_MESSAGE",
            "PRESET_INVALID",
            "PROGRESS_INVALID",
            "RESULT_REFUSED",
            "SOUNDTRACK_TOO_LONG",
            "STORAGE_FULL",
            "STORYBOARD_INVALID",
            "VIDEO_UNREADABLE",
            "VIDEO_WRONG");

    /** All label values. */
    static final Set<String> ALL = all();

    private ErrorCodeLabel() {}

    /** The label for a code; {@code other} for an unknown code or null. */
    static String of(String code) {
        return code != null && KNOWN.contains(code) ? code : OTHER;
    }

    private static Set<String> all() {
        Set<String> all = new TreeSet<>(KNOWN);
        all.add(OTHER);
        return Set.copyOf(all);
    }
}
