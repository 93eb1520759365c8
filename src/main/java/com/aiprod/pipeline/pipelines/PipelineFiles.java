package com.aiprod.pipeline.pipelines;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * The files of one pipeline.
 *
 * @param name the name of the pipeline, which is the name of its folder
 * @param files the files by name, such as {@code video.camel.yaml}
 */
public record PipelineFiles(String name, SortedMap<String, SourceFile> files) {

    /** How the names of route files end. */
    public static final String ROUTE_SUFFIX = ".camel.yaml";

    /** How the names of test files end. */
    public static final String TEST_SUFFIX = ".test.yaml";

    /** The name of the file with the presets and limits. */
    public static final String SETTINGS = "pipeline.yaml";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

    private static final String PIPELINES = "pipelines/";
    private static final String BUILT_IN = "routes/" + PIPELINES;
    private static final int REVISION_CHARACTERS = 12;

    /** Whether the database takes the name of this pipeline. */
    public boolean canBeNamed() {
        return NAME.matcher(name).matches();
    }

    /** Identifies this content: the same files have the same revision, wherever they come from. */
    public String revision() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Entry<String, SourceFile> file : files.entrySet()) {
                digest.update((file.getKey() + "\0" + file.getValue().text() + "\0").getBytes(StandardCharsets.UTF_8));
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, REVISION_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The pipelines in the jar, by name. */
    public static SortedMap<String, PipelineFiles> builtIn() {
        try {
            SortedMap<String, PipelineFiles> found = new TreeMap<>();
            for (Resource file :
                    new PathMatchingResourcePatternResolver().getResources("classpath:" + BUILT_IN + "*/*.yaml")) {
                String url = URLDecoder.decode(file.getURL().toString(), StandardCharsets.UTF_8);
                String path = url.substring(url.lastIndexOf(BUILT_IN) + BUILT_IN.length());
                put(found, path, new SourceFile(PIPELINES + path, file.getContentAsString(StandardCharsets.UTF_8)));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The pipelines of a folder: each file of {@code folder/pipelines/NAME/} replaces the built-in file of the same
     * name, or adds one.
     *
     * @param folder the folder that {@code AIPROD_ROUTES_DIR} names; need not contain {@code pipelines}
     * @return the built-in pipelines and those of the folder, by name
     */
    public static SortedMap<String, PipelineFiles> under(Path folder) throws IOException {
        return read(true, List.of(folder));
    }

    /**
     * The pipelines of several folders; a file of a later one replaces the file of the same path in an earlier one.
     * Hidden files and folders are ignored; links are followed, because a mounted ConfigMap consists of them.
     *
     * @param withBuiltIn whether the folders lie over the pipelines in the jar
     */
    public static SortedMap<String, PipelineFiles> read(boolean withBuiltIn, List<Path> folders) throws IOException {
        SortedMap<String, PipelineFiles> found = withBuiltIn ? builtIn() : new TreeMap<>();
        for (Path folder : folders) {
            for (Path pipeline : visible(folder.resolve(PIPELINES), true)) {
                for (Path file : visible(pipeline, false)) {
                    put(
                            found,
                            pipeline.getFileName() + "/" + file.getFileName(),
                            new SourceFile(file.toString(), text(file)));
                }
            }
        }
        return found;
    }

    /** Replaces what is not UTF-8, so that the checks name the file and other pipelines are still read. */
    private static String text(Path file) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    }

    private static void put(Map<String, PipelineFiles> pipelines, String path, SourceFile file) {
        String name = path.substring(0, path.indexOf('/'));
        pipelines
                .computeIfAbsent(name, key -> new PipelineFiles(key, new TreeMap<>()))
                .files()
                .put(path.substring(name.length() + 1), file);
    }

    private static Iterable<Path> visible(Path folder, boolean directories) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(path -> !path.getFileName().toString().startsWith("."))
                    .filter(path -> directories ? Files.isDirectory(path) : Files.isRegularFile(path))
                    .sorted()
                    .toList();
        }
    }
}
