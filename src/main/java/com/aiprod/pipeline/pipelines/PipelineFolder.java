package com.aiprod.pipeline.pipelines;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.PropertyResolver;

/**
 * Notices when the files of a pipeline change, and checks each new content once. Polls, because a mounted ConfigMap
 * changes by a symbolic link, which file-system events do not report.
 */
public final class PipelineFolder {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineFolder.class);

    private final List<Path> folders;
    private final boolean withBuiltIn;
    private final BiFunction<PipelineFiles, SortedMap<String, PipelineFiles>, List<Fault>> check;
    private final Function<Path, List<Fault>> strayFiles;
    private final PropertyResolver environment;
    private final ObjectMapper json;
    /** What the files looked like when they were last read, and at the poll before this one. */
    private Map<Path, String> read;

    private Map<Path, String> lastSeen = Map.of();
    private final Map<String, Candidate> candidates = new TreeMap<>();
    private final Map<String, Handled> handled = new HashMap<>();
    /** The revisions of folders whose names no pipeline can have, by name: the database takes none of them. */
    private final Map<String, String> misnamed = new HashMap<>();

    private Set<Fault> strays = Set.of();

    private record Candidate(String revision, Map<String, Object> row) {}

    /** @param at when the database learned of the content, in its time and format */
    private record Handled(String revision, String at) {}

    /**
     * Watches folders; a file of a later one replaces the file of the same path in an earlier one.
     *
     * @param withBuiltIn whether the folders lie over the pipelines in the jar
     * @param check finds what is wrong with a pipeline among others; empty if it can run jobs
     * @param strayFiles finds the files below the pipelines of a folder that belong to none
     * @param environment has the settings that pipelines may require
     */
    public PipelineFolder(
            List<Path> folders,
            boolean withBuiltIn,
            BiFunction<PipelineFiles, SortedMap<String, PipelineFiles>, List<Fault>> check,
            Function<Path, List<Fault>> strayFiles,
            PropertyResolver environment,
            ObjectMapper json) {
        this.folders = folders;
        this.withBuiltIn = withBuiltIn;
        this.check = check;
        this.strayFiles = strayFiles;
        this.environment = environment;
        this.json = json;
    }

    /**
     * The pipelines whose content the database does not know from this process yet. Each is returned until {@link
     * #handled} is called for it.
     *
     * @return rows with {@code pipeline}, {@code revision} (null if the pipeline has no files any more), {@code files},
     *     {@code presets}, and {@code faults} (JSON; null if it can run jobs), and {@code since}: when the database learned
     *     of the content before; null at the start of this process
     */
    public synchronized List<Map<String, Object>> changes() throws IOException {
        Map<Path, String> seen = look();
        boolean settled = seen.equals(lastSeen);
        lastSeen = seen;
        // A file may be half written, and the files of one change are not saved at the same time.
        if ((settled || folders.isEmpty()) && !seen.equals(read)) {
            SortedMap<String, PipelineFiles> pipelines = PipelineFiles.read(withBuiltIn, folders);
            if (look().equals(seen)) {
                read = seen;
                take(pipelines);
                logStrayFiles();
            }
        }
        return candidates.values().stream().map(Candidate::row).toList();
    }

    private void take(SortedMap<String, PipelineFiles> pipelines) throws JsonProcessingException {
        for (PipelineFiles files : pipelines.values()) {
            String revision = files.revision();
            if (!files.canBeNamed()) {
                if (!revision.equals(misnamed.put(files.name(), revision))) {
                    faults(files, pipelines);
                }
                continue;
            }
            Candidate waiting = candidates.get(files.name());
            Handled last = handled.get(files.name());
            if (waiting != null
                    ? !revision.equals(waiting.revision())
                    : last == null || !revision.equals(last.revision())) {
                candidates.put(files.name(), new Candidate(revision, row(files, pipelines, revision, last)));
            }
        }
        misnamed.keySet().retainAll(pipelines.keySet());
        // What came and went before the database learned of it.
        candidates.keySet().removeIf(name -> !pipelines.containsKey(name) && !handled.containsKey(name));
        handled.forEach((name, last) -> {
            if (last.revision() != null && !pipelines.containsKey(name)) {
                Map<String, Object> row = new LinkedHashMap<>();
                row.put("pipeline", name);
                row.put("revision", null);
                row.put("since", last.at());
                candidates.put(name, new Candidate(null, row));
            }
        });
    }

    private void logStrayFiles() {
        Set<Fault> before = strays;
        strays = folders.stream()
                .flatMap(folder -> strayFiles.apply(folder).stream())
                .collect(Collectors.toSet());
        strays.stream().filter(fault -> !before.contains(fault)).forEach(fault -> LOG.error("{}", fault));
    }

    private Map<String, Object> row(
            PipelineFiles files, SortedMap<String, PipelineFiles> pipelines, String revision, Handled last)
            throws JsonProcessingException {
        List<Fault> faults = faults(files, pipelines);
        PipelineSettings settings = PipelineSettings.of(files, new ArrayList<>());
        List<String> missing = settings.missing(environment);
        if (!missing.isEmpty()) {
            LOG.info("Pipeline {} is not offered: {} is not set", files.name(), String.join(", ", missing));
        }
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("pipeline", files.name());
        row.put("revision", revision);
        row.put("files", json.writeValueAsString(files.files()));
        row.put(
                "presets",
                json.writeValueAsString(missing.isEmpty() ? settings.presets().values() : List.of()));
        row.put("faults", faults.isEmpty() ? null : json.writeValueAsString(faults));
        row.put("since", last == null ? null : last.at());
        return row;
    }

    private List<Fault> faults(PipelineFiles files, SortedMap<String, PipelineFiles> pipelines) {
        List<Fault> faults = check.apply(files, pipelines);
        faults.forEach(fault -> LOG.error("Pipeline {}: {}", files.name(), fault));
        return faults;
    }

    /**
     * Takes note that the database has learned of a change.
     *
     * @param change the row that {@link #changes} returned
     * @param at the time of the statement, as the database formats it
     */
    public synchronized void handled(Map<String, Object> change, String at) {
        String name = (String) change.get("pipeline");
        String revision = (String) change.get("revision");
        handled.put(name, new Handled(revision, at));
        candidates.computeIfPresent(name, (key, waiting) -> waiting.row() == change ? null : waiting);
    }

    private Map<Path, String> look() {
        return FileStates.of(
                folders.stream().map(folder -> folder.resolve("pipelines")).toList());
    }
}
