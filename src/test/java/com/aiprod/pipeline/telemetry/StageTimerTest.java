package com.aiprod.pipeline.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.BuiltInPresets;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StageTimerTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final StageTimer timer = new StageTimer(new JobMetrics(registry, BuiltInPresets.catalog()));

    private final List<CamelContext> revisions = new ArrayList<>();

    @AfterEach
    void stop() {
        revisions.forEach(CamelContext::stop);
    }

    @Test
    void timesTheStagesOfARevisionAfterAnEarlierOneHasEnded() throws Exception {
        CamelContext earlier = revision();
        CamelContext later = revision();
        run(earlier);
        earlier.stop();
        run(later);
        assertThat(registry.get("aiprod.job.stage")
                        .tag("stage", "render")
                        .timer()
                        .count())
                .isEqualTo(2);
    }

    @Test
    void timesNoEntryRoute() throws Exception {
        run(revision());
        assertThat(registry.find("aiprod.job.stage").tag("stage", "video").timer())
                .isNull();
    }

    private CamelContext revision() throws Exception {
        DefaultCamelContext camel = new DefaultCamelContext();
        camel.getCamelContextExtension().setName("video");
        camel.addRoutePolicyFactory(timer);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:video").routeId("video").to("direct:render");
                from("direct:render").routeId("render").setBody(constant("film"));
            }
        });
        revisions.add(camel);
        camel.start();
        return camel;
    }

    private static void run(CamelContext camel) {
        var exchange = camel.createProducerTemplate()
                .send("direct:video", job -> job.setProperty(StageTimer.PRESET, "quick_social"));
        assertThat(exchange.getException()).isNull();
    }
}
