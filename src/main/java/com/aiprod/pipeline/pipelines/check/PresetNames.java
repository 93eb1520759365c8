package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.PipelineSettings;
import com.aiprod.pipeline.pipelines.SourceFile;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Finds presets that more than one pipeline has. */
final class PresetNames {

    private PresetNames() {}

    /** The faults in the {@code pipeline.yaml} of a pipeline, one for each preset that another of the pipelines has. */
    static List<Fault> inTwo(PipelineFiles files, Collection<PipelineFiles> pipelines) {
        List<Fault> faults = new ArrayList<>();
        for (String preset : presets(files)) {
            pipelines.stream()
                    .filter(other -> !other.equals(files) && presets(other).contains(preset))
                    .findFirst()
                    .map(other -> other.files().get(PipelineFiles.SETTINGS))
                    .ifPresent(there -> {
                        SourceFile here = files.files().get(PipelineFiles.SETTINGS);
                        faults.add(new Fault(
                                here.location(),
                                lineOf(preset, here),
                                null,
                                "The preset '" + preset + "' is also at " + there.location() + ":"
                                        + lineOf(preset, there)
                                        + ": a preset chooses one pipeline, so its name must be unique."));
                    });
        }
        return faults;
    }

    private static Set<String> presets(PipelineFiles files) {
        return PipelineSettings.of(files, new ArrayList<>()).presets().keySet();
    }

    private static int lineOf(String preset, SourceFile file) {
        List<String> lines = file.text().lines().toList();
        Pattern key = Pattern.compile("\\s+['\"]?" + Pattern.quote(preset) + "['\"]?\\s*:.*");
        for (int i = 0; i < lines.size(); i++) {
            if (key.matcher(lines.get(i)).matches()) {
                return i + 1;
            }
        }
        return 0;
    }
}
