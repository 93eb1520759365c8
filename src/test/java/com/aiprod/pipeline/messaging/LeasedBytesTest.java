package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.component.google.pubsub.GooglePubsubEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** A subscriber also limits its leased bytes, so that large results do not exhaust the recorder's heap. */
class LeasedBytesTest {

    private static final int MESSAGES = 4;
    private static final int MEGABYTES_EACH = 3;

    @Test
    void leasesAFewLargeMessagesAtATime() throws Exception {
        try (EmbeddedPubSub pubSub = EmbeddedPubSub.start();
                DefaultCamelContext camel = new DefaultCamelContext()) {
            PubSubSettings settings = new PubSubSettings(
                    "leased", pubSub.endpoint(), null, Duration.ofSeconds(10), DataSize.ofMegabytes(4), Duration.ZERO);
            try (PubSubConnection connection = new PubSubConnection(settings)) {
                TopicSetup topics = new TopicSetup(settings, connection);
                PipelinePubSubComponent component = new PipelinePubSubComponent(
                        settings,
                        connection,
                        topics,
                        new SubscriberHealth(topics, camel, new SimpleMeterRegistry()),
                        new MessageMetrics(new SimpleMeterRegistry()));
                camel.addComponent("google-pubsub", component);
                camel.start();
                GooglePubsubEndpoint endpoint = camel.getEndpoint(
                        "google-pubsub:leased:aiprod-pipeline-results-sub?maxMessagesPerPoll=64",
                        GooglePubsubEndpoint.class);
                Publisher publisher =
                        component.getPublisher("projects/leased/topics/aiprod-pipeline-results", endpoint);
                for (int i = 0; i < MESSAGES; i++) {
                    publisher
                            .publish(PubsubMessage.newBuilder()
                                    .setData(ByteString.copyFrom(new byte[MEGABYTES_EACH << 20]))
                                    .build())
                            .get();
                }

                Held held = new Held();
                Subscriber subscriber = component.getSubscriber(
                        "projects/leased/subscriptions/aiprod-pipeline-results-sub", held.receiver(), endpoint);
                subscriber.startAsync().awaitRunning();

                assertThat(held.all.await(60, TimeUnit.SECONDS))
                        .as("all messages arrived")
                        .isTrue();
                assertThat(held.most.get()).as("held at a time").isLessThanOrEqualTo(2);
                subscriber.stopAsync().awaitTerminated(10, TimeUnit.SECONDS);
            }
        }
    }

    private static final class Held {
        private final CountDownLatch all = new CountDownLatch(MESSAGES);
        private final CountDownLatch tooMany = new CountDownLatch(1);
        private final AtomicInteger now = new AtomicInteger();
        private final AtomicInteger most = new AtomicInteger();

        /** Holds each message for a moment, during which all other allowed messages arrive. */
        private MessageReceiver receiver() {
            return (message, reply) -> {
                if (most.accumulateAndGet(now.incrementAndGet(), Math::max) > 2) {
                    tooMany.countDown();
                }
                try {
                    // Ends at once if too many arrive.
                    tooMany.await(300, TimeUnit.MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                now.decrementAndGet();
                all.countDown();
                reply.ack();
            };
        }
    }
}
