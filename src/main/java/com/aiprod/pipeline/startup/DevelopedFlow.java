package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.FileStates;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.check.FolderCheck;
import com.aiprod.pipeline.pipelines.check.RoutesFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The files of the flow where somebody develops it.
 *
 * @param sources the source folder of the built-in files
 * @param folder the folder that {@code AIPROD_ROUTES_DIR} names; null for none
 * @param isLoaded whether this process loads the file with a path below {@code routes}
 * @param checks finds the faults
 */
record DevelopedFlow(Path sources, Path folder, Predicate<String> isLoaded, FolderCheck checks) {

    /**
     * The files at a moment.
     *
     * @param loaded the files that this process loads, by their path below {@code routes}
     * @param misplaced what cannot be a file of the flow, because of its name or its place
     */
    record Snapshot(SortedMap<String, SourceFile> loaded, List<Fault> misplaced) {}

    /** Returns a state of each file, to compare with a later one. */
    Map<Path, String> states() {
        return FileStates.of(folder == null ? List.of(sources) : List.of(sources, folder));
    }

    Snapshot read() throws IOException {
        Snapshot files = new Snapshot(new TreeMap<>(), new ArrayList<>());
        add(files, sources);
        if (folder != null) {
            add(files, folder);
        }
        return files;
    }

    private void add(Snapshot files, Path from) throws IOException {
        RoutesFolder found = RoutesFolder.read(from);
        for (Map.Entry<String, Path> file : found.flow().entrySet()) {
            if (isLoaded.test(file.getKey())) {
                // Replaces what is not UTF-8, so that the check names the file.
                String text = new String(Files.readAllBytes(file.getValue()), StandardCharsets.UTF_8);
                files.loaded().put(file.getKey(), new SourceFile(file.getValue().toString(), text));
            }
        }
        found.faults().stream()
                .filter(fault -> !Path.of(fault.file()).startsWith(from.resolve(RoutesFolder.PIPELINES)))
                .forEach(files.misplaced()::add);
    }

    /** Returns what is wrong in the files on disk; empty if they can run. */
    List<Fault> check() throws IOException {
        return checks.checkFlow(sources, folder);
    }

    /** Returns the texts that the start loads: the built-in files are those on the class path. */
    SortedMap<String, String> loaded() throws IOException {
        SortedMap<String, String> texts = new TreeMap<>(RoutesFolder.builtInFlow());
        texts.keySet().removeIf(isLoaded.negate());
        if (folder != null) {
            Snapshot given = new Snapshot(new TreeMap<>(), new ArrayList<>());
            add(given, folder);
            given.loaded().forEach((path, file) -> texts.put(path, file.text()));
        }
        return texts;
    }
}
