package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.IntStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.builder.ThreadPoolProfileBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.Test;

/** The route publish-batch, with a Pub/Sub that answers when it has all messages of the batch. */
class PublishBatchTest {

    private static final Path ROUTES = Path.of("src/main/resources/routes");
    private static final int JOBS = 50;

    /** With two threads that wait for Pub/Sub, the batch would time out, and no message would be confirmed. */
    @Test
    void publishesTheWholeBatchAtOnce() throws Exception {
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            Properties settings = new Properties();
            settings.putAll(Map.of(
                    "aiprod.pubsub.project", "test",
                    "aiprod.dispatcher.poll-interval", "600000",
                    "aiprod.dispatcher.round-interval", "25",
                    "aiprod.dispatcher.batch-size", "200",
                    "aiprod.dispatcher.lease-sec", "20",
                    "aiprod.dispatcher.min-in-flight", "4",
                    "aiprod.dispatcher.batch-timeout", "60000"));
            camel.getPropertiesComponent().setInitialProperties(settings);
            for (String pool : List.of("publish-jobs", "confirm-late")) {
                camel.getExecutorServiceManager()
                        .registerThreadPoolProfile(new ThreadPoolProfileBuilder(pool)
                                .poolSize(2)
                                .maxPoolSize(2)
                                .maxQueueSize(1_000)
                                .build());
            }
            camel.getRegistry().bind("publications", new Publications());
            camel.addComponent("google-pubsub", new Answers(JOBS));
            camel.addComponent("query", new Answers(1));
            for (String file : List.of("dispatch/dispatch-jobs", "shared/set-attributes", "shared/wake-dispatcher")) {
                PluginHelper.getRoutesLoader(camel)
                        .loadRoutes(
                                ResourceHelper.resolveResource(camel, "file:" + ROUTES.resolve(file + ".camel.yaml")));
            }
            camel.start();
            List<Map<String, Object>> rows = IntStream.range(0, JOBS)
                    .mapToObj(n -> Map.<String, Object>of("outbox_id", (long) n, "job_id", "job-" + n, "message", "{}"))
                    .toList();
            Exchange batch = camel.createProducerTemplate()
                    .request(
                            "direct:publish-batch", exchange -> exchange.getIn().setBody(rows));
            assertThat(batch.getException()).isNull();
            assertThat(batch.getVariable("unpublished", Integer.class)).isZero();
            assertThat(batch.getVariable("publishedIds", String.class).split(","))
                    .hasSize(JOBS);
        }
    }

    /** Holds exchanges until there is a number of them. */
    private static final class Answers extends DefaultComponent {

        private final int number;
        private final List<AsyncCallback> held = new ArrayList<>();

        Answers(int number) {
            this.number = number;
        }

        private boolean hold(AsyncCallback callback) {
            List<AsyncCallback> all;
            synchronized (held) {
                held.add(callback);
                if (held.size() < number) {
                    return false;
                }
                all = List.copyOf(held);
                held.clear();
            }
            new Thread(() -> all.forEach(each -> each.done(false))).start();
            return false;
        }

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            parameters.clear();
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    return new DefaultAsyncProducer(this) {
                        @Override
                        public boolean process(Exchange exchange, AsyncCallback callback) {
                            return hold(callback);
                        }
                    };
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    throw new UnsupportedOperationException();
                }
            };
        }
    }
}
