package com.aiprod.pipeline.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.SynchronizationAdapter;
import org.junit.jupiter.api.Test;

/** Waking the dispatcher, which every submission and every claim does. */
class WakeDispatcherTest {

    private static final Path ROUTE = Path.of("src/main/resources/routes/shared/wake-dispatcher.camel.yaml");

    @Test
    void leavesToTheCallerWhatItDoesWhenItIsDone() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch woken = new CountDownLatch(1);
        CountDownLatch testEnds = new CountDownLatch(1);
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.resolveResource(camel, "file:" + ROUTE));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:caller")
                            .process(exchange -> exchange.getExchangeExtension()
                                    .addOnCompletion(new SynchronizationAdapter() {
                                        @Override
                                        public void onDone(Exchange ended) {
                                            done.set(true);
                                        }
                                    }))
                            .to("direct:wake-dispatcher");
                    from("seda:dispatch-jobs?size=1").process(exchange -> {
                        woken.countDown();
                        testEnds.await();
                    });
                }
            });
            camel.start();
            camel.createProducerTemplate().sendBody("direct:caller", "job");
            assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(done).isTrue();
            testEnds.countDown();
        }
    }
}
