package com.aiprod.pipeline.startup;

import java.util.List;
import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Says what a process needs in order to be ready, in {@code aiprod.readiness}. One that is {@code api} alone needs
 * nothing: while PostgreSQL is away it answers 503 with a problem and {@code Retry-After}, which is better than a load
 * balancer that has no process left. Any other role can do nothing without PostgreSQL and Pub/Sub, and a process that
 * has it beside {@code api} is ready when both of them are there. A worker that finds a fault of its own is not ready.
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
