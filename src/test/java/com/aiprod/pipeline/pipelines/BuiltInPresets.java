package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import java.util.ArrayList;
import java.util.List;

/** The presets that the built-in pipelines define, so that tests measure what ships. */
public final class BuiltInPresets {

    /** The longest duration, in seconds, that a preset can allow. */
    public static final int MAX_DURATION_SEC = PipelineSettingsParser.MAX_DURATION_SEC;

    private static final List<Preset> ALL = read();

    private BuiltInPresets() {}

    /** Returns a new catalog with all that need no setting. */
    public static Presets catalog() {
        Presets presets = new Presets();
        presets.offer(ALL);
        return presets;
    }

    /** Returns the preset with this name. */
    public static Preset named(String name) {
        return catalog().find(name).orElseThrow();
    }

    private static List<Preset> read() {
        List<Fault> faults = new ArrayList<>();
        List<Preset> presets = PipelineFiles.builtIn().values().stream()
                .map(files -> PipelineSettings.of(files, faults))
                .filter(settings -> settings.requires().isEmpty())
                .flatMap(settings -> settings.presets().values().stream())
                .toList();
        assertThat(faults).isEmpty();
        return presets;
    }
}
