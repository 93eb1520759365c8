package com.aiprod.pipeline.embedded;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.MapPropertySource;

/**
 * Gives an application the services it needs, each where no other is set: a PostgreSQL database, a Pub/Sub of its own
 * and a folder for artifacts.
 */
public final class EmbeddedServices implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    /** The project that the embedded topics are in. */
    public static final String PROJECT = "aiprod-dev";

    private final String artifactsDir;

    /** Artifacts go to a new temporary folder. */
    public EmbeddedServices() {
        this(null);
    }

    /** @param artifactsDir where artifacts go; null for a new temporary folder */
    public EmbeddedServices(String artifactsDir) {
        this.artifactsDir = artifactsDir;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        Map<String, Object> settings = new LinkedHashMap<>();
        // PostgreSQL starts as a process of its own, and Pub/Sub meanwhile.
        Optional<CompletableFuture<String>> database = isBlank(environment.getProperty("spring.datasource.url"))
                ? Optional.of(CompletableFuture.supplyAsync(EmbeddedDatabase::create))
                : Optional.empty();
        if (isBlank(environment.getProperty("aiprod.pubsub.emulator-host"))) {
            EmbeddedPubSub pubSub = EmbeddedPubSub.start();
            settings.put("aiprod.pubsub.emulator-host", pubSub.endpoint());
            context.addApplicationListener((ApplicationListener<ContextClosedEvent>) closed -> pubSub.close());
        }
        database.ifPresent(url -> settings.put("spring.datasource.url", url.join()));
        if (isBlank(environment.getProperty("google.cloud.project"))) {
            settings.put("google.cloud.project", PROJECT);
        }
        if (isBlank(environment.getProperty("aiprod.artifacts-dir"))) {
            settings.put("aiprod.artifacts-dir", artifactsDir == null ? temporaryFolder() : artifactsDir);
        }
        environment.getPropertySources().addFirst(new MapPropertySource("embeddedServices", settings));
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
