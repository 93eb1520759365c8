package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.job.Preset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.core.env.PropertyResolver;

/**
 * What {@code pipeline.yaml} says.
 *
 * @param description one line for people; null without one
 * @param requires names of settings without which the pipeline is not offered; empty without any
 * @param timeout wall time of one attempt; null for the default of the worker
 * @param slots attempts at a time in one worker; null for those of the worker
 * @param redeliveries how often the dead-letter channel retries what may pass
 * @param delay the pause before the first retry; each further one is twice as long
 * @param presets the presets that choose this pipeline, by name, in the order of the file
 */
public record PipelineSettings(
        String description,
        Set<String> requires,
        Duration timeout,
        Integer slots,
        int redeliveries,
        Duration delay,
        Map<String, Preset> presets) {

    static final int DEFAULT_REDELIVERIES = 3;
    static final Duration DEFAULT_DELAY = Duration.ofSeconds(1);

    /** The settings of a pipeline without {@code pipeline.yaml}: no preset chooses it. */
    static PipelineSettings none() {
        return new PipelineSettings(null, Set.of(), null, null, DEFAULT_REDELIVERIES, DEFAULT_DELAY, Map.of());
    }

    /**
     * Reads the settings of a pipeline.
     *
     * @param faults receives what is wrong with {@code pipeline.yaml}
     */
    public static PipelineSettings of(PipelineFiles files, List<Fault> faults) {
        SourceFile file = files.files().get(PipelineFiles.SETTINGS);
        return file == null ? none() : PipelineSettingsParser.parse(file, faults);
    }

    /** The required settings that have no value here; the pipeline is offered only without any. */
    public List<String> missing(PropertyResolver environment) {
        return requires.stream()
                .filter(name -> environment.getProperty(name, "").isBlank())
                .toList();
    }
}
