package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Presets;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;

/** What a worker runs, and when it lets go of it. */
class LivePipelinesTest {

    private static final String SETTINGS = """
            presets:
              shout:
                description: In capitals
                default_duration_sec: 1
                max_duration_sec: 1
            """;

    private final ObjectMapper json = new ObjectMapper();
    private final GenericApplicationContext application = new GenericApplicationContext();
    private final CamelContext flow = new DefaultCamelContext();
    private LivePipelines pipelines;

    @BeforeEach
    void start() {
        application.refresh();
        pipelines = new LivePipelines(
                new PipelineContexts(application, json),
                flow,
                json,
                new Presets(),
                "",
                new SimpleMeterRegistry());
    }

    @AfterEach
    void close() {
        pipelines.close();
        application.close();
    }

    private static String route(int number) {
        return """
                - route:
                    id: shout
                    from:
                      uri: direct:shout
                      steps:
                        - setBody:
                            id: answer
                            method:
                              beanType: java.util.Map
                              method: of('number', '%d')
                """.formatted(number);
    }

    private void load(String text) throws Exception {
        Map<String, SourceFile> files = new HashMap<>();
        files.put("pipeline.yaml", new SourceFile("pipeline.yaml", SETTINGS));
        files.put("shout.camel.yaml", new SourceFile("shout.camel.yaml", text));
        pipelines.load(Map.of("pipeline", "shout", "files", json.writeValueAsString(files)));
    }

    private static Object number(Revision revision) {
        Exchange exchange = revision.newExchange(Map.of("content", "x"));
        revision.run(exchange);
        return exchange.getMessage().getBody(Map.class).get("number");
    }

    @Test
    void anAttemptEndsOnTheRevisionThatItBeganWith() throws Exception {
        load(route(1));
        Revision first = pipelines.enter("shout").orElseThrow();
        load(route(2));
        Revision second = pipelines.enter("shout").orElseThrow();

        assertThat(number(second)).isEqualTo("2");
        assertThat(number(first)).isEqualTo("1");
        assertThat(first.id()).isNotEqualTo(second.id());
        first.leave();
        assertThat(number(second)).isEqualTo("2");
        second.leave();
    }

    @Test
    void aRevisionThatCannotRunHereLeavesTheOneBefore() throws Exception {
        load(route(1));
        load("- route: [");
        load(
                "- route:\n    id: shout\n    from:\n      uri: direct:shout\n      steps:\n        - bean:\n            ref: nobody\n");
        Revision revision = pipelines.enter("shout").orElseThrow();
        assertThat(number(revision)).isEqualTo("1");
        revision.leave();
    }

    @Test
    void letsGoOfAPipelineThatIsNoLongerLive() throws Exception {
        load(route(1));
        String id = pipelines.enter("shout").orElseThrow().id();
        assertThat(pipelines.missing(List.of(Map.of("pipeline", "shout", "revision", id))))
                .isEmpty();
        assertThat(pipelines.missing(List.of(Map.of("pipeline", "shout", "revision", "000000000000"))))
                .hasSize(1);
        assertThat(pipelines.missing(List.of())).isEmpty();
        assertThat(pipelines.enter("shout")).isEmpty();
    }

    @Test
    void givesBackTheMemoryAndThreadsOfTwoHundredRevisions() throws Exception {
        int threads = Thread.activeCount();
        List<WeakReference<Revision>> revisions = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            load(route(i));
            Revision revision = pipelines.enter("shout").orElseThrow();
            assertThat(number(revision)).isEqualTo(String.valueOf(i));
            revision.leave();
            revisions.add(new WeakReference<>(revision));
            revision = null;
        }
        Awaitility.await("all but the live revision are collected")
                .atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> {
                    System.gc();
                    assertThat(revisions.stream().filter(reference -> reference.get() != null))
                            .hasSizeLessThanOrEqualTo(1);
                });
        assertThat(Thread.activeCount()).isLessThan(threads + 20);
    }
}
