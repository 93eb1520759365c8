package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.core.env.Environment;

/** Checks a folder that {@code AIPROD_ROUTES_DIR} names: the places of its files, its pipelines, and its flow files. */
public final class FolderCheck {

    private final PipelineCheck pipelines;
    private final FlowCheck flow;

    /**
     * Checks against what this application offers.
     *
     * @param environment has the settings; only their names appear in faults
     */
    public FolderCheck(PipelineContexts contexts, Environment environment) {
        this.pipelines = new PipelineCheck(contexts, environment);
        this.flow = new FlowCheck(contexts, environment);
    }

    /**
     * Checks the folder, but does not run the tests of its pipelines.
     *
     * @return all faults by file and line; empty if all is well
     */
    public List<Fault> check(Path folder) throws IOException {
        RoutesFolder given = RoutesFolder.read(folder);
        List<Fault> faults = new ArrayList<>(given.faults());
        SortedMap<String, PipelineFiles> all = PipelineFiles.under(folder);
        all.values().forEach(files -> faults.addAll(pipelines.checkAmong(files, all)));
        faults.addAll(flow.check(given.flow(), RoutesFolder.builtInFlow()));
        return CheckScope.sorted(faults);
    }

    /**
     * Checks the flow in development, where its built-in files are those of the source folder.
     *
     * @param sources the source folder
     * @param folder lies over the sources; null for none
     * @return all faults by file and line; empty if the flow can run
     */
    public List<Fault> checkFlow(Path sources, Path folder) throws IOException {
        RoutesFolder builtIn = RoutesFolder.read(sources);
        SortedMap<String, String> texts = new TreeMap<>();
        for (Map.Entry<String, Path> file : builtIn.flow().entrySet()) {
            // Replaces what is not UTF-8, so that the check names the file.
            texts.put(file.getKey(), new String(Files.readAllBytes(file.getValue()), StandardCharsets.UTF_8));
        }
        SortedMap<String, Path> given = new TreeMap<>(builtIn.flow());
        if (folder != null) {
            given.putAll(RoutesFolder.read(folder).flow());
        }
        return flow.check(given, texts);
    }
}
