package com.aiprod.pipeline.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * Names the route files that this process loads, one by one. A folder of {@code routes} belongs to a role, and a process
 * loads the folders of its roles, {@code shared} and, as a worker, {@code pipelines}. A file in the folder
 * {@code aiprod.routes-dir} takes the place of the built-in file of the same path, or adds to a pipeline or makes one.
 */
public final class RouteFiles implements EnvironmentPostProcessor {

    private static final String SETTING = "AIPROD_ROUTES_DIR";
    private static final String SUFFIX = ".camel.yaml";
    private static final String ROUTES = "routes/";
    private static final String SHARED = "shared";
    private static final String PIPELINES = "pipelines";
    private static final Map<String, String> ROLE_OF_FOLDER = new TreeMap<>(Map.of(
            "api", "api", "dispatch", "dispatcher", "work", "worker", "record", "recorder", PIPELINES, "worker"));
    private static final Pattern CAMEL_SYNTAX = Pattern.compile("[,?*{}]");

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        List<?> roles = environment.getProperty("aiprod.roles", List.class, List.of());
        Map<String, String> locations = builtIn();
        locations.putAll(external(environment.getProperty("aiprod.routes-dir", ""), locations));
        locations.keySet().removeIf(path -> !isLoaded(folderOf(path), roles));
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "routeFiles",
                        Map.of("camel.main.routes-include-pattern", String.join(",", locations.values()))));
    }

    private static boolean isLoaded(String folder, List<?> roles) {
        return folder.equals(SHARED) || roles.contains(ROLE_OF_FOLDER.get(folder));
    }

    private static String folderOf(String path) {
        return path.substring(0, path.indexOf('/'));
    }

    /** The location of each built-in file by its path below {@code routes}. */
    private static Map<String, String> builtIn() {
        try {
            Map<String, String> found = new TreeMap<>();
            for (Resource file :
                    new PathMatchingResourcePatternResolver().getResources("classpath:" + ROUTES + "**/*" + SUFFIX)) {
                String url = URLDecoder.decode(file.getURL().toString(), StandardCharsets.UTF_8);
                String path = url.substring(url.lastIndexOf("/" + ROUTES) + 1 + ROUTES.length());
                found.put(path, "classpath:" + ROUTES + path);
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> external(String setting, Map<String, String> builtIn) {
        if (setting.isBlank()) {
            return Map.of();
        }
        FolderSetting.fault(SETTING, setting).ifPresent(RouteFiles::refuse);
        Path folder = Path.of(setting).toAbsolutePath();
        List<String> faults = new ArrayList<>();
        Map<String, String> found = new TreeMap<>();
        for (Path file : files(folder)) {
            String path = folder.relativize(file).toString().replace('\\', '/');
            if (!path.contains("/")) {
                path = builtIn.keySet().stream()
                        .filter(known -> known.endsWith("/" + file.getFileName()))
                        .findFirst()
                        .orElse(path);
            }
            fault(file, path).ifPresent(faults::add);
            found.put(path, "file:" + file);
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettingsException(faults);
        }
        return found;
    }

    /** Files in or below the folder, following links as a mounted ConfigMap needs, without hidden ones. */
    private static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder, 8, FileVisitOption.FOLLOW_LINKS)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !isHidden(folder.relativize(file)))
                    .sorted()
                    .toList();
        } catch (IOException | UncheckedIOException e) {
            throw refuse(SETTING + " names '" + folder + "', which is not a readable folder");
        }
    }

    private static boolean isHidden(Path path) {
        for (Path name : path) {
            if (name.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /** What is wrong with a file at this path of the flow, if anything is. */
    private static Optional<String> fault(Path file, String path) {
        String where = SETTING + " gives the file '" + file + "', ";
        if (!path.endsWith(SUFFIX)) {
            return Optional.of(where + "whose name does not end in " + SUFFIX);
        }
        if (CAMEL_SYNTAX.matcher(file.toString()).find()) {
            return Optional.of(
                    where + "whose path has one of the characters , ? * { }, which Camel reads as a pattern");
        }
        String[] names = path.split("/");
        if (names.length == 1) {
            return Optional.of(where + "which has the name of no built-in file: put a pipeline of your own into "
                    + PIPELINES + "/NAME/");
        }
        boolean known = names[0].equals(SHARED) || ROLE_OF_FOLDER.containsKey(names[0]);
        int depth = names[0].equals(PIPELINES) ? 3 : 2;
        if (!known || names.length != depth) {
            return Optional.of(where + "which is in no known folder: known are "
                    + String.join(", ", ROLE_OF_FOLDER.keySet()).replace(PIPELINES, PIPELINES + "/NAME") + " and "
                    + SHARED);
        }
        return FolderSetting.fault(SETTING, file.toString());
    }

    private static InvalidSettingsException refuse(String fault) {
        throw new InvalidSettingsException(List.of(fault));
    }
}
