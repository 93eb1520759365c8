package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Offers to clients the presets that the database lists. */
public final class PresetRows {

    private static final String DEFAULT = "quick_social";

    private final ObjectMapper json;
    private final Presets presets;
    private final Map<String, List<Preset>> builtIn;

    /**
     * Offers the presets of the built-in pipelines at once.
     *
     * @param builtIn the presets of each built-in pipeline, by its name; without those that require a missing setting
     */
    PresetRows(ObjectMapper json, Presets presets, Map<String, List<Preset>> builtIn) {
        this.json = json;
        this.presets = presets;
        this.builtIn = builtIn;
        offer(builtIn);
    }

    /**
     * Replaces what is offered. A built-in pipeline that no worker has published yet has the presets of the jar.
     *
     * @param rows the rows of list-presets.sql
     */
    public void refresh(List<Map<String, Object>> rows) throws JsonProcessingException {
        Map<String, List<Preset>> pipelines = new TreeMap<>(builtIn);
        for (Map<String, Object> row : rows) {
            String listed = (String) row.get("presets");
            pipelines.put(
                    (String) row.get("pipeline"),
                    listed == null ? List.of() : json.readValue(listed, new TypeReference<List<Preset>>() {}));
        }
        offer(pipelines);
    }

    /** The pipeline of the default preset comes first. */
    private void offer(Map<String, List<Preset>> pipelines) {
        presets.offer(pipelines.values().stream()
                .sorted(Comparator.comparing((List<Preset> offered) ->
                        offered.stream().noneMatch(preset -> preset.name().equals(DEFAULT))))
                .flatMap(List::stream)
                .toList());
    }
}
