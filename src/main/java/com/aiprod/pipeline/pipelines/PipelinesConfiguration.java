package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import com.aiprod.pipeline.stage.WorkerCheck;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** The beans that load, check, and run pipelines. */
@Configuration(proxyBeanMethods = false)
class PipelinesConfiguration {

    /** How long a worker waits for its pipelines before its checks fail. */
    private static final Duration LOADING = Duration.ofSeconds(30);

    @Bean
    Presets presets() {
        return new Presets();
    }

    @Bean
    PresetRows presetRows(ObjectMapper json, Presets presets, Environment environment) {
        Map<String, List<Preset>> builtIn = new TreeMap<>();
        for (PipelineFiles files : PipelineFiles.builtIn().values()) {
            PipelineSettings settings = PipelineSettings.of(files, new ArrayList<>());
            if (settings.missing(environment).isEmpty()) {
                builtIn.put(files.name(), List.copyOf(settings.presets().values()));
            }
        }
        return new PresetRows(json, presets, builtIn);
    }

    @Bean
    @Lazy
    PipelineContexts pipelineContexts(ApplicationContext application, ObjectMapper json) {
        return new PipelineContexts(application, json);
    }

    @Bean(destroyMethod = "close")
    @Lazy
    LivePipelines livePipelines(
            PipelineContexts contexts,
            CamelContext camel,
            ObjectMapper json,
            Presets presets,
            @Value("${aiprod.pipeline.route}") String override,
            MeterRegistry registry) {
        return new LivePipelines(contexts, camel, json, presets, override, registry);
    }

    @Bean
    @ConditionalOnExpression("'${aiprod.roles}'.contains('worker')")
    CamelContextConfiguration overrideCheck(
            @Value("${aiprod.pipeline.route}") String override, @Value("${aiprod.routes-dir}") String folder) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                camel.addLifecycleStrategy(new OverrideCheck(override, folder));
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                // The check must be in place before the routes start.
            }
        };
    }

    @Bean
    @ConditionalOnExpression("'${aiprod.roles}'.contains('worker')")
    WorkerCheck pipelinesCheck(ObjectProvider<LivePipelines> pipelines) {
        return () -> {
            if (!pipelines.getObject().awaitLoaded(LOADING)) {
                throw new IllegalStateException(
                        "The pipelines are not loaded: see the lines of the route publish-pipelines");
            }
        };
    }
}
