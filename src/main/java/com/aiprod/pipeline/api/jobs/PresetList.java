package com.aiprod.pipeline.api.jobs;

import com.aiprod.pipeline.job.Preset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The response to {@code GET /presets}: {@code bean: {ref: presets, method: list}}. */
@Component("presets")
public class PresetList {

    /** All presets; sizes in pixels, durations in seconds. */
    public Map<String, Object> list() {
        List<Map<String, Object>> presets =
                Arrays.stream(Preset.values()).map(PresetList::describe).toList();
        return Map.of("presets", presets);
    }

    private static Map<String, Object> describe(Preset preset) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("name", preset.id());
        description.put("description", preset.description());
        description.put("width", preset.width());
        description.put("height", preset.height());
        description.put("frame_rate", preset.frameRate());
        description.put("default_duration_sec", preset.defaultDurationSec());
        description.put("max_duration_sec", preset.maxDurationSec());
        return description;
    }
}
