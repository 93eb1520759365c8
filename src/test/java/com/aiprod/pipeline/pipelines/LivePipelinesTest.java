package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Presets;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;

/** What a worker runs and reports, and when it lets go of it. */
class LivePipelinesTest {

    private static final String SETTINGS = """
            presets:
              shout:
                description: In capitals
                default_duration_sec: 1
                max_duration_sec: 1
            """;

    private static final String UNUSABLE =
            "- route:\n    id: shout\n    from:\n      uri: direct:shout\n      steps:\n        - bean:\n            ref: nobody\n";

    private final ObjectMapper json = new ObjectMapper();
    private final GenericApplicationContext application = new GenericApplicationContext();
    private final CamelContext flow = new DefaultCamelContext();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private LivePipelines pipelines;

    @BeforeEach
    void start() {
        application.refresh();
        pipelines = new LivePipelines(new PipelineContexts(application, json), flow, json, new Presets(), "", registry);
    }

    @AfterEach
    void close() {
        pipelines.close();
        application.close();
    }

    @Test
    void countsTheTimeToLoadFromTheStartOfTheFlow() throws Exception {
        CompletableFuture<Boolean> outcome = CompletableFuture.supplyAsync(this::loadedAtOnce);
        assertThat(outcome)
                .as("nothing is loaded, and the flow has not started")
                .failsWithin(Duration.ofMillis(300))
                .withThrowableThat()
                .isInstanceOf(TimeoutException.class);
        flow.start();
        assertThat(outcome).succeedsWithin(Duration.ofSeconds(20)).isEqualTo(false);
        flow.stop();
    }

    private boolean loadedAtOnce() {
        try {
            return pipelines.awaitLoaded(Duration.ZERO);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
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

    /** Loads a revision of the pipeline with this route, and returns its ID. */
    private String load(String route) throws Exception {
        return load(SETTINGS, route);
    }

    private String load(String settings, String route) throws Exception {
        SortedMap<String, SourceFile> sources = new TreeMap<>();
        sources.put("pipeline.yaml", new SourceFile("pipeline.yaml", settings));
        sources.put("shout.camel.yaml", new SourceFile("shout.camel.yaml", route));
        PipelineFiles files = new PipelineFiles("shout", sources);
        pipelines.load(Map.of("pipeline", "shout", "files", json.writeValueAsString(files.files())));
        return files.revision();
    }

    private static Map<String, Object> row(String revision) {
        return Map.of("pipeline", "shout", "revision", revision);
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
        load(UNUSABLE);
        Revision revision = pipelines.enter("shout").orElseThrow();
        assertThat(number(revision)).isEqualTo("1");
        revision.leave();
    }

    @Test
    void letsGoOfAPipelineThatIsNoLongerLive() throws Exception {
        String id = load(route(1));
        assertThat(pipelines.missing(List.of(row(id)))).isEmpty();
        assertThat(pipelines.missing(List.of(row("000000000000")))).hasSize(1);
        assertThat(pipelines.missing(List.of())).isEmpty();
        assertThat(pipelines.enter("shout")).isEmpty();
    }

    @Test
    void anAttemptSeesThePresetOfItsOwnRevision() throws Exception {
        load(route(1));
        Revision first = pipelines.enter("shout").orElseThrow();
        load(SETTINGS.replace("In capitals", "Louder"), route(2));
        Revision second = pipelines.enter("shout").orElseThrow();
        assertThat(pipelines.preset(first, "shout").orElseThrow().description()).isEqualTo("In capitals");
        assertThat(pipelines.preset(second, "shout").orElseThrow().description())
                .isEqualTo("Louder");
        assertThat(pipelines.preset(second, "whisper")).isEmpty();
        first.leave();
        second.leave();
    }

    @Test
    void countsOneLiveRevision() throws Exception {
        String first = load(route(1));
        assertThat(live()).containsExactly(first);
        assertThat(unusable()).isZero();

        String second = load(route(2));
        assertThat(live()).containsExactly(second);

        pipelines.missing(List.of());
        assertThat(live()).isEmpty();
        assertThat(registry.find("aiprod.pipeline.unusable").gauges()).isEmpty();
    }

    @Test
    void reportsARevisionThatItCannotLoadUntilAnotherOneIsLive() throws Exception {
        String good = load(route(1));
        String unusable = load(UNUSABLE);
        assertThat(unusable()).isOne();
        assertThat(live()).containsExactly(good);
        assertThat(pipelines.missing(List.of(row(unusable)))).isEmpty();
        assertThat(unusable()).isOne();

        assertThat(pipelines.missing(List.of(row(good)))).isEmpty();
        assertThat(unusable()).isZero();
        assertThat(pipelines.missing(List.of(row(unusable)))).hasSize(1);
    }

    @Test
    void aPipelineWithoutItsSettingsIsNoFault() throws Exception {
        String id = load("requires: [shout.key]\n" + SETTINGS, route(1));
        assertThat(pipelines.enter("shout")).isEmpty();
        assertThat(live()).isEmpty();
        assertThat(registry.find("aiprod.pipeline.unusable").gauges()).isEmpty();
        assertThat(pipelines.missing(List.of(row(id))))
                .as("a setting cannot change while the worker runs, so it is not loaded again")
                .isEmpty();
    }

    private List<String> live() {
        return registry.find("aiprod.pipeline.live").tag("pipeline", "shout").gauges().stream()
                .map(gauge -> gauge.getId().getTag("revision"))
                .toList();
    }

    private int unusable() {
        Gauge gauge = registry.get("aiprod.pipeline.unusable")
                .tag("pipeline", "shout")
                .gauge();
        return (int) gauge.value();
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
