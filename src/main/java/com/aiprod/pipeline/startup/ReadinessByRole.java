package com.aiprod.pipeline.startup;

import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Sets {@code aiprod.readiness}, the health components that a process needs to be ready. A process with only the role
 * {@code api} needs none: while PostgreSQL is unavailable, it answers 503 with a problem and {@code Retry-After}, which
 * is better than a load balancer without backends. Other roles need PostgreSQL and Pub/Sub, even beside {@code api}. A
 * worker with a fault of its own is not ready.
 */
public final class ReadinessByRole implements EnvironmentPostProcessor {

    private static final String OWN_STATE = "readinessState,camelReadinessState";

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        List<?> roles = environment.getProperty("aiprod.roles", List.class, List.of());
        boolean apiAlone = roles.stream().allMatch("api"::equals) && !roles.isEmpty();
        environment
                .getPropertySources()
                .addLast(new MapPropertySource(
                        "readinessByRole",
                        Map.of("aiprod.readiness", apiAlone ? OWN_STATE : OWN_STATE + ",db,pubsub,worker")));
    }
}
