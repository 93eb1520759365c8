package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Presets;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;

/** What a worker reports of the revisions that it runs, and of those that it cannot. */
class PipelineGaugesTest {

    private final ObjectMapper json = new ObjectMapper();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final GenericApplicationContext application = new GenericApplicationContext();
    private LivePipelines pipelines;

    @BeforeEach
    void start() {
        application.refresh();
        pipelines = new LivePipelines(
                new PipelineContexts(application, json),
                new DefaultCamelContext(),
                json,
                new Presets(),
                "",
                registry);
    }

    @AfterEach
    void close() {
        pipelines.close();
        application.close();
    }

    @Test
    void countsOneLiveRevisionForEachPipeline() throws Exception {
        String first = load("own", "answer", "first");
        assertThat(live("own")).containsExactly(first);
        assertThat(unusable("own")).isZero();

        String second = load("own", "answer", "second");
        assertThat(live("own")).containsExactly(second).doesNotContain(first);

        pipelines.missing(List.of());
        assertThat(live("own")).isEmpty();
        assertThat(registry.find("aiprod.pipeline.unusable").gauges()).isEmpty();
    }

    @Test
    void reportsARevisionThatItCannotLoadUntilAnotherOneIsLive() throws Exception {
        String good = load("own", "answer", "first");
        String unusable = load("own", "unknown-component:answer", "second");
        assertThat(unusable("own")).isOne();
        assertThat(live("own")).containsExactly(good);
        assertThat(pipelines.missing(List.of(row("own", unusable)))).isEmpty();
        assertThat(unusable("own")).isOne();

        assertThat(pipelines.missing(List.of(row("own", good)))).isEmpty();
        assertThat(unusable("own")).isZero();
        assertThat(pipelines.missing(List.of(row("own", unusable)))).hasSize(1);
    }

    private List<String> live(String pipeline) {
        return registry.find("aiprod.pipeline.live").tag("pipeline", pipeline).gauges().stream()
                .map(gauge -> gauge.getId().getTag("revision"))
                .toList();
    }

    private int unusable(String pipeline) {
        Gauge gauge = registry.get("aiprod.pipeline.unusable")
                .tag("pipeline", pipeline)
                .gauge();
        return (int) gauge.value();
    }

    /** Loads a pipeline of one route, and returns its revision. */
    private String load(String name, String target, String text) throws Exception {
        String route = """
                - route:
                    id: %1$s
                    from:
                      uri: direct:%1$s
                      steps:
                        - setBody:
                            constant: %3$s
                        - to:
                            uri: %2$s
                """.formatted(name, target.contains(":") ? target : "log:" + target, text);
        PipelineFiles files = new PipelineFiles(
                name, new TreeMap<>(Map.of(name + ".camel.yaml", new SourceFile(name + ".camel.yaml", route))));
        pipelines.load(Map.of("pipeline", name, "files", json.writeValueAsString(files.files())));
        return files.revision();
    }

    private static Map<String, Object> row(String pipeline, String revision) {
        return Map.of("pipeline", pipeline, "revision", revision);
    }
}
