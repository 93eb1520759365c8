package com.aiprod.pipeline.api.jobs;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The response to {@code GET /presets}: {@code bean: {ref: presetList, method: list}}. */
@Component
public class PresetList {

    private static final List<String> FORMAT = List.of("width", "height", "frame_rate");

    private final Presets presets;

    PresetList(Presets presets) {
        this.presets = presets;
    }

    /** The presets on offer; sizes in pixels, durations in seconds. A preset without a size or rate shows none. */
    public Map<String, Object> list() {
        return Map.of(
                "presets", presets.all().stream().map(PresetList::describe).toList());
    }

    private static Map<String, Object> describe(Preset preset) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("name", preset.name());
        description.put("description", preset.description());
        for (String name : FORMAT) {
            if (preset.settings().get(name) instanceof Integer value) {
                description.put(name, value);
            }
        }
        description.put("default_duration_sec", preset.defaultDurationSec());
        description.put("max_duration_sec", preset.maxDurationSec());
        return description;
    }
}
