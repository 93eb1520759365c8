package com.aiprod.pipeline.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A kind of output that a job can request. Its pipeline's {@code pipeline.yaml} defines it.
 *
 * @param name the name that clients send, such as {@code quick_social}
 * @param description one line that helps people choose
 * @param defaultDurationSec the duration of a job that sets none
 * @param maxDurationSec the longest duration that a job can set
 * @param settings what the stages of the pipeline read, such as {@code width}; cannot be changed
 */
public record Preset(
        String name, String description, int defaultDurationSec, int maxDurationSec, Map<String, Object> settings) {

    public Preset {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    }

    /** The preset as the pipeline's routes see it: the variable {@code preset}. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("description", description);
        map.put("default_duration_sec", defaultDurationSec);
        map.put("max_duration_sec", maxDurationSec);
        map.put("settings", settings);
        return map;
    }
}
