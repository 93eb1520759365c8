package com.aiprod.pipeline.job;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A kind of output that a job can request. Its pipeline's {@code pipeline.yaml} defines it.
 *
 * @param name the name that clients send, such as {@code quick_social}
 * @param description one line that helps people choose
 * @param defaultDurationSec the duration of a job that sets none; null if the pipeline decides, by the content
 * @param maxDurationSec the longest duration that a job can set
 * @param settings what the stages of the pipeline read, such as {@code width}; cannot be changed
 * @param metadata the JSON Schema (2020-12) of a job's {@code metadata}; empty if the pipeline takes any; cannot be
 *     changed
 */
public record Preset(
        String name,
        String description,
        Integer defaultDurationSec,
        int maxDurationSec,
        Map<String, Object> settings,
        Map<String, Object> metadata) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    public Preset {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    }

    /** The same preset with the schema of its pipeline. */
    public Preset withMetadata(Map<String, Object> schema) {
        return new Preset(name, description, defaultDurationSec, maxDurationSec, settings, schema);
    }

    /** Whether a preset can have this name: a lower-case letter, then at most 63 of a-z, 0-9, and _. */
    public static boolean isName(String name) {
        return NAME.matcher(name).matches();
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
