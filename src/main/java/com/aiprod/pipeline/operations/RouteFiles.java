package com.aiprod.pipeline.operations;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
 * Names the route files to load, one by one: the built-in ones, then those of the folder {@code aiprod.routes-dir}, which
 * replace a built-in file of the same name. Routes choose their role by a precondition; REST definitions cannot, so
 * their file is left out where the role {@code api} is.
 */
public final class RouteFiles implements EnvironmentPostProcessor {

    private static final String SUFFIX = ".camel.yaml";
    private static final String REST_FILE = "rest-api" + SUFFIX;
    private static final Pattern CAMELS_OWN = Pattern.compile("[,?*{}]");

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, String> locations = new TreeMap<>();
        builtIn().forEach(name -> locations.put(name, "classpath:routes/" + name));
        external(environment.getProperty("aiprod.routes-dir", ""))
                .forEach(file -> locations.put(file.getFileName().toString(), "file:" + file.toAbsolutePath()));
        if (!environment.getProperty("aiprod.roles", List.class, List.of("api")).contains("api")) {
            locations.remove(REST_FILE);
        }
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "routeFiles",
                        Map.of("camel.main.routes-include-pattern", String.join(",", locations.values()))));
    }

    private static List<String> builtIn() {
        try {
            return Stream.of(new PathMatchingResourcePatternResolver().getResources("classpath:routes/*" + SUFFIX))
                    .map(Resource::getFilename)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> external(String folder) {
        if (folder.isBlank()) {
            return List.of();
        }
        FolderSetting.fault("AIPROD_ROUTES_DIR", folder).ifPresent(RouteFiles::refuse);
        try (Stream<Path> files = Files.list(Path.of(folder).toAbsolutePath())) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().endsWith(SUFFIX))
                    .toList();
            found.forEach(RouteFiles::requireName);
            return found;
        } catch (IOException e) {
            throw refuse("AIPROD_ROUTES_DIR names '" + folder + "', which is no folder that can be read");
        }
    }

    /** Camel is given all files in one text, in which some characters mean something else. */
    private static void requireName(Path file) {
        FolderSetting.fault("AIPROD_ROUTES_DIR", file.toString()).ifPresent(RouteFiles::refuse);
        if (CAMELS_OWN.matcher(file.toString()).find()) {
            throw refuse("AIPROD_ROUTES_DIR gives the file '" + file
                    + "', whose path has one of the characters , ? * { }, which mean something else to Camel");
        }
    }

    private static MissingSettingException refuse(String fault) {
        throw new MissingSettingException(List.of(fault));
    }
}
