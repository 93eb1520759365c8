package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.pipelines.check.RoutesFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Names the files of the flow that this process loads, one by one. A folder of {@code routes} belongs to a role, and a
 * process loads the folders of its roles and {@code shared}. A file in the folder {@code aiprod.routes-dir} takes the
 * place of the built-in file of the same path, or adds one. Pipelines are not part of the flow: workers load them from
 * the database.
 */
public final class RouteFiles implements EnvironmentPostProcessor {

    private static final String SETTING = "AIPROD_ROUTES_DIR";
    private static final String ROUTES = "routes/";
    private static final String SHARED = "shared";
    private static final Map<String, String> ROLE_OF_FOLDER =
            new TreeMap<>(Map.of("api", "api", "dispatch", "dispatcher", "work", "worker", "record", "recorder"));

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        List<?> roles = environment.getProperty("aiprod.roles", List.class, List.of());
        Map<String, String> locations = builtIn();
        locations.putAll(external(environment.getProperty("aiprod.routes-dir", "")));
        locations.keySet().removeIf(path -> !isLoaded(path, roles));
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "routeFiles",
                        Map.of("camel.main.routes-include-pattern", String.join(",", locations.values()))));
    }

    /** Whether a process with these roles loads the file with this path below {@code routes}. */
    static boolean isLoaded(String path, List<?> roles) {
        String folder = path.substring(0, path.indexOf('/'));
        return folder.equals(SHARED) || roles.contains(ROLE_OF_FOLDER.get(folder));
    }

    /** The location of each built-in file by its path below {@code routes}. */
    private static Map<String, String> builtIn() {
        Map<String, String> found = new TreeMap<>();
        RoutesFolder.builtInFlow().keySet().forEach(path -> found.put(path, "classpath:" + ROUTES + path));
        return found;
    }

    private static Map<String, String> external(String setting) {
        if (setting.isBlank()) {
            return Map.of();
        }
        FolderSetting.fault(SETTING, setting).ifPresent(RouteFiles::refuse);
        Path folder = Path.of(setting).toAbsolutePath();
        if (!Files.isDirectory(folder) || !Files.isReadable(folder)) {
            throw refuse(SETTING + " names '" + folder + "', which is not a readable folder");
        }
        RoutesFolder given = RoutesFolder.read(folder);
        // A pipeline with faults is refused without the process: its last good revision goes on.
        List<String> faults = new ArrayList<>(given.faults().stream()
                .filter(fault -> !Path.of(fault.file()).startsWith(folder.resolve(RoutesFolder.PIPELINES)))
                .map(fault -> SETTING + " gives the file '" + fault.file() + "': " + fault.message())
                .toList());
        Map<String, String> found = new TreeMap<>();
        given.flow().forEach((path, file) -> {
            FolderSetting.fault(SETTING, file.toString()).ifPresent(faults::add);
            found.put(path, "file:" + file);
        });
        if (!faults.isEmpty()) {
            throw new InvalidSettingsException(faults);
        }
        return found;
    }

    private static InvalidSettingsException refuse(String fault) {
        throw new InvalidSettingsException(List.of(fault));
    }
}
