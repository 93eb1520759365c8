package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** The application in all roles but the API, with a test's pipeline and embedded services. */
final class Worker implements AutoCloseable {

    private final ConfigurableApplicationContext context;

    private Worker(ConfigurableApplicationContext context) {
        this.context = context;
    }

    /** Starts a worker with its own services, overridden by these settings. */
    static Worker start(Processor pipeline, Map<String, String> settings) {
        return start(pipeline, settings, beans -> {});
    }

    /** Like {@link #start(Processor, Map)}, with additional beans. */
    static Worker start(Processor pipeline, Map<String, String> settings, Consumer<GenericApplicationContext> beans) {
        Map<String, Object> properties = new LinkedHashMap<>(Map.of(
                "aiprod.roles", "dispatcher,worker,recorder",
                "aiprod.pipeline.route", "test-pipeline",
                "server.port", "0",
                "management.server.port", "0",
                "logging.level.root", "warn",
                "logging.level.org.apache.camel.impl.engine.DefaultShutdownStrategy", "info",
                "logging.level.com.aiprod", "info"));
        properties.putAll(settings);
        RouteBuilder route = new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:test-pipeline")
                        .routeId("test-pipeline")
                        .errorHandler(noErrorHandler())
                        .process(pipeline);
            }
        };
        return new Worker(new SpringApplicationBuilder(PipelineApplication.class)
                .initializers(
                        new EmbeddedServices(),
                        application -> ((GenericApplicationContext) application)
                                .registerBean("testPipeline", RouteBuilder.class, () -> route),
                        application -> beans.accept((GenericApplicationContext) application))
                .properties(Map.of())
                .run(properties.entrySet().stream()
                        .map(entry -> "--" + entry.getKey() + "=" + entry.getValue())
                        .toArray(String[]::new)));
    }

    String databaseUrl() {
        return context.getEnvironment().getProperty("spring.datasource.url");
    }

    Jobs jobs() {
        return new Jobs(databaseUrl());
    }

    CamelContext camel() {
        return context.getBean(CamelContext.class);
    }

    <T> T bean(Class<T> type) {
        return context.getBean(type);
    }

    /** Recreates the topics and subscriptions after Pub/Sub lost them. */
    void provisionAgain() throws Exception {
        Object setup = context.getBean("topicSetup");
        var run = setup.getClass().getDeclaredMethod("run");
        run.setAccessible(true);
        run.invoke(setup);
    }

    static String newDatabase() {
        return EmbeddedDatabase.create();
    }

    @Override
    public void close() {
        context.close();
    }
}
