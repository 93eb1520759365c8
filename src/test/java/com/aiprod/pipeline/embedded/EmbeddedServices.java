package com.aiprod.pipeline.embedded;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Gives an application the services that its settings do not name: a PostgreSQL database, its own Pub/Sub,
 * and a folder for artifacts.
 */
public final class EmbeddedServices implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    /** The project of the embedded topics. */
    public static final String PROJECT = "aiprod-dev";

    private final String artifactsDir;

    /** Stores artifacts in a new temporary folder. */
    public EmbeddedServices() {
        this(null);
    }

    /** @param artifactsDir the folder for artifacts, or null for a new temporary folder */
    public EmbeddedServices(String artifactsDir) {
        this.artifactsDir = artifactsDir;
    }

    /** Starts the services in parallel to the application, which waits for a service only when it reads its setting. */
    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        Map<String, CompletableFuture<String>> settings = new LinkedHashMap<>();
        if (isBlank(environment.getProperty("spring.datasource.url"))) {
            settings.put("spring.datasource.url", CompletableFuture.supplyAsync(EmbeddedDatabase::create));
        }
        if (isBlank(environment.getProperty("aiprod.pubsub.emulator-host"))) {
            CompletableFuture<EmbeddedPubSub> pubSub = CompletableFuture.supplyAsync(EmbeddedPubSub::start);
            settings.put("aiprod.pubsub.emulator-host", pubSub.thenApply(EmbeddedPubSub::endpoint));
            context.addApplicationListener((ApplicationListener<ContextClosedEvent>)
                    closed -> pubSub.thenAccept(EmbeddedPubSub::close).join());
        }
        if (isBlank(environment.getProperty("google.cloud.project"))) {
            settings.put("google.cloud.project", CompletableFuture.completedFuture(PROJECT));
        }
        if (isBlank(environment.getProperty("aiprod.artifacts-dir"))) {
            String folder = artifactsDir == null ? temporaryFolder() : artifactsDir;
            settings.put("aiprod.artifacts-dir", CompletableFuture.completedFuture(folder));
        }
        environment.getPropertySources().addFirst(new Awaited(settings));
    }

    private static final class Awaited extends EnumerablePropertySource<Map<String, CompletableFuture<String>>> {

        Awaited(Map<String, CompletableFuture<String>> settings) {
            super("embeddedServices", settings);
        }

        @Override
        public String[] getPropertyNames() {
            return source.keySet().toArray(String[]::new);
        }

        @Override
        public Object getProperty(String name) {
            CompletableFuture<String> setting = source.get(name);
            return setting == null ? null : setting.join();
        }
    }

    private static boolean isBlank(String value) {
        return value == null || value.isBlank();
    }

    private static String temporaryFolder() {
        try {
            return Files.createTempDirectory("aiprod-artifacts").toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
