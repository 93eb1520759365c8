package com.aiprod.pipeline.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.BuiltInPresets;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobMetricsTest {

    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final JobMetrics metrics = new JobMetrics(registry, BuiltInPresets.catalog());

    private final CamelContext camel = new DefaultCamelContext();

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void countsASubmissionWhoseWakeUpIsRedundant() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:submit")
                        .process(metrics::submission)
                        .to("seda:dispatch?size=1&discardWhenFull=true&waitForTaskToComplete=Never")
                        .setHeader(Exchange.HTTP_RESPONSE_CODE, constant(202));
            }
        });
        camel.start();
        ProducerTemplate client = camel.createProducerTemplate();
        for (int time = 0; time < 3; time++) {
            client.sendBody("direct:submit", "");
        }
        assertThat(created()).isEqualTo(3);
    }

    private double created() {
        return registry.get("aiprod.submissions")
                .tag("outcome", "created")
                .counter()
                .count();
    }
}
