package com.aiprod.pipeline.system.pipelines;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.system.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A database and a Pub/Sub that outlive the processes of the application, and a folder of pipelines. */
final class Installation implements AutoCloseable {

    private final Path folder;
    private final String database = EmbeddedDatabase.create();
    private final EmbeddedPubSub pubSub = EmbeddedPubSub.start();
    private final List<ConfigurableApplicationContext> running = new ArrayList<>();

    Installation(Path folder) {
        this.folder = folder;
    }

    /** Starts a process with all roles and the folder, overridden by these settings. */
    ConfigurableApplicationContext start(Map<String, String> overrides) {
        Map<String, String> settings = new LinkedHashMap<>(Map.of(
                "server.port", "0",
                "management.server.port", "0",
                "spring.datasource.url", database,
                "aiprod.pubsub.emulator-host", pubSub.endpoint(),
                "aiprod.routes-dir", folder.toString(),
                "aiprod.worker.shutdown-grace", "2s",
                "aiprod.max-active-jobs", "0",
                "aiprod.submit-rate", "0",
                "logging.level.root", "warn"));
        settings.put("logging.level.com.aiprod", "info");
        settings.putAll(overrides);
        ConfigurableApplicationContext application = new SpringApplicationBuilder(PipelineApplication.class)
                .initializers(new EmbeddedServices(), new DevelopmentTokens())
                .run(settings.entrySet().stream()
                        .map(setting -> "--" + setting.getKey() + "=" + setting.getValue())
                        .toArray(String[]::new));
        running.add(application);
        return application;
    }

    static User user(ConfigurableApplicationContext application, String name) {
        return User.of(port(application, "local.server.port"), name);
    }

    static User operator(ConfigurableApplicationContext application) {
        return User.admin(port(application, "local.server.port"), "olga");
    }

    static int port(ConfigurableApplicationContext application, String property) {
        return application.getEnvironment().getRequiredProperty(property, Integer.class);
    }

    /** Writes a file below the folder. */
    void write(String path, String text) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    void delete(String path) throws IOException {
        Files.delete(folder.resolve(path));
    }

    @Override
    public void close() {
        running.forEach(ConfigurableApplicationContext::close);
        pubSub.close();
    }
}
