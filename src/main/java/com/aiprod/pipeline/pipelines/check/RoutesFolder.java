package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The layout of the folder that {@code AIPROD_ROUTES_DIR} names: {@code pipelines/NAME/} with the files of a pipeline, a
 * folder for each part of the flow, and files with the name of a built-in one. Hidden files are not part of it.
 *
 * @param flow the files of the flow by their path below {@code routes}
 * @param faults what does not belong there, and what cannot be read
 */
public record RoutesFolder(SortedMap<String, Path> flow, List<Fault> faults) {

    private static final String ROUTES = "routes/";
    /** The folder with a folder for each pipeline. */
    public static final String PIPELINES = "pipelines";

    private static final int DEPTH = 8;

    /** Camel reads these characters in the name of a file as a pattern. */
    private static final Pattern CAMEL_SYNTAX = Pattern.compile("[,?*{}]");

    /** The folders of the flow, each for one role, and one for all. */
    public static final Set<String> FLOW = Set.of("api", "dispatch", "record", "shared", "work");

    /**
     * Looks at every file in or below the folder.
     *
     * @param folder must exist
     */
    public static RoutesFolder read(Path folder) {
        RoutesFolder found = new RoutesFolder(new TreeMap<>(), new ArrayList<>());
        SortedMap<String, String> builtIn = builtInFlow();
        found.walk(folder, folder, builtIn, new ArrayList<>());
        return found;
    }

    /** What is in {@code folder/pipelines} but in no pipeline, so that it is not read. The folder need not exist. */
    static List<Fault> strayPipelineFiles(Path folder) {
        RoutesFolder found = new RoutesFolder(new TreeMap<>(), new ArrayList<>());
        Path pipelines = folder.resolve(PIPELINES);
        if (Files.isDirectory(pipelines)) {
            found.walk(folder, pipelines, new TreeMap<>(), new ArrayList<>());
        }
        return found.faults();
    }

    /** The text of each built-in file of the flow, by its path below {@code routes}. */
    public static SortedMap<String, String> builtInFlow() {
        try {
            SortedMap<String, String> texts = new TreeMap<>();
            for (Resource file : new PathMatchingResourcePatternResolver()
                    .getResources("classpath:" + ROUTES + "*/*" + PipelineFiles.ROUTE_SUFFIX)) {
                String url = URLDecoder.decode(file.getURL().toString(), StandardCharsets.UTF_8);
                String path = url.substring(url.lastIndexOf("/" + ROUTES) + 1 + ROUTES.length());
                if (!path.startsWith(PIPELINES + "/")) {
                    texts.put(path, file.getContentAsString(StandardCharsets.UTF_8));
                }
            }
            return texts;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void walk(Path root, Path folder, SortedMap<String, String> builtIn, List<Path> above) {
        try {
            Path real = folder.toRealPath();
            if (above.contains(real)) {
                throw new FileSystemLoopException(folder.toString());
            }
            List<Path> path = new ArrayList<>(above);
            path.add(real);
            try (Stream<Path> entries = Files.list(folder)) {
                for (Path entry : entries.sorted().toList()) {
                    if (!entry.getFileName().toString().startsWith(".")) {
                        entry(root, entry, builtIn, path);
                    }
                }
            }
        } catch (FileSystemLoopException e) {
            fault(folder, "This link leads back to a folder that contains it.");
        } catch (IOException | UncheckedIOException e) {
            fault(folder, "This folder cannot be read.");
        }
    }

    private void entry(Path root, Path entry, SortedMap<String, String> builtIn, List<Path> above) {
        String path = root.relativize(entry).toString().replace('\\', '/');
        String[] names = path.split("/");
        if (Files.isDirectory(entry)) {
            boolean isKnown = (names.length == 1 && (FLOW.contains(names[0]) || names[0].equals(PIPELINES)))
                    || (names.length == 2 && names[0].equals(PIPELINES));
            if (isKnown) {
                walk(root, entry, builtIn, above);
            } else if (containsFiles(entry, 0)) {
                Optional<String> near = names.length == 1 ? NearName.suggest(names[0], folders()) : Optional.empty();
                fault(
                        entry,
                        entry.toString().endsWith(".yaml")
                                ? "This is a folder, and not a route file."
                                : "This folder is not read: known are "
                                        + String.join(
                                                ", ", FLOW.stream().sorted().toList()) + ", and " + PIPELINES + "/NAME."
                                        + near.orElse(""));
            }
        } else if (!Files.isRegularFile(entry)) {
            fault(
                    entry,
                    Files.exists(entry, LinkOption.NOFOLLOW_LINKS) && Files.isSymbolicLink(entry)
                            ? "This link leads to no file."
                            : "This is not a file.");
        } else if (!Files.isReadable(entry)) {
            fault(entry, "This file cannot be read: check its permissions.");
        } else {
            file(entry, path, names, builtIn);
        }
    }

    private static Set<String> folders() {
        return Stream.concat(FLOW.stream(), Stream.of(PIPELINES)).collect(Collectors.toSet());
    }

    private static boolean containsFiles(Path folder, int depth) {
        if (depth > DEPTH || folder.getFileName().toString().endsWith(".yaml")) {
            return true;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.anyMatch(entry -> entry.toString().matches(".*\\.ya?ml")
                    || (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS) && containsFiles(entry, depth + 1)));
        } catch (IOException e) {
            return true;
        }
    }

    private void file(Path file, String path, String[] names, SortedMap<String, String> builtIn) {
        if (names[0].equals(PIPELINES) && names.length == 3) {
            // What it may be named is checked with the pipeline.
            return;
        }
        if (names[0].equals(PIPELINES)) {
            fault(file, "This file is not read: put it into " + PIPELINES + "/NAME/, the folder of its pipeline.");
            return;
        }
        String name = names[names.length - 1];
        String full = path;
        if (names.length == 1) {
            full = builtIn.keySet().stream()
                    .filter(known -> known.endsWith("/" + name))
                    .findFirst()
                    .orElse(path);
        }
        Optional<String> fault = fault(file, full, builtIn);
        if (fault.isPresent()) {
            fault(file, fault.get());
        } else {
            flow.put(full, file);
        }
    }

    private static Optional<String> fault(Path file, String path, SortedMap<String, String> builtIn) {
        if (!path.endsWith(PipelineFiles.ROUTE_SUFFIX)) {
            return Optional.of(
                    "The name of this file does not end in " + PipelineFiles.ROUTE_SUFFIX + ", so it is not read.");
        }
        if (CAMEL_SYNTAX.matcher(file.toString()).find()) {
            return Optional.of("The path has one of the characters , ? * { }, which Camel reads as a pattern.");
        }
        if (!path.contains("/")) {
            Set<String> names = builtIn.keySet().stream()
                    .map(known -> known.substring(known.indexOf('/') + 1))
                    .collect(Collectors.toSet());
            return Optional.of("This file has the name of no built-in file: put a pipeline of your own into "
                    + PIPELINES + "/NAME/." + NearName.suggest(path, names).orElse(""));
        }
        return Optional.empty();
    }

    private void fault(Path file, String message) {
        faults.add(new Fault(file.toString(), 0, null, message));
    }
}
