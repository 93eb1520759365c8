package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.FlowControlSettings;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.PubsubMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Google's own client, as Camel uses it. */
@Execution(ExecutionMode.CONCURRENT)
@SuppressWarnings("try") // Subscribers are resources only so that they stop.
class GoogleClientConformanceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @ConformanceTest
    void everyMessageArrivesOnce(PubSubUnderTest pubsub) throws Exception {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

        try (Running ignored = receive(pubsub, subscription, (message, reply) -> {
            count(received, message);
            reply.ack();
        })) {
            List<String> ids = publish(pubsub, topic, "", 2_000);

            await().atMost(PATIENCE).until(() -> received.size() == 2_000);
            assertThat(received.keySet()).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(received.values()).allMatch(count -> count.get() == 1);
        }
        assertThat(pubsub.pullNow(subscription, 10)).isEmpty();
    }

    @ConformanceTest
    void redeliversFailedAndNackedMessagesUntilDeadLettered(PubSubUnderTest pubsub) throws Exception {
        String topic = pubsub.createTopic();
        String deadLetters = pubsub.createTopic();
        String deadLetterSubscription = pubsub.createSubscription(deadLetters);
        String subscription = pubsub.createSubscription(
                topic,
                settings -> settings.setDeadLetterPolicy(
                        DeadLetterPolicy.newBuilder().setDeadLetterTopic(deadLetters)));
        List<Integer> attempts = Collections.synchronizedList(new ArrayList<>());

        try (Running ignored = receive(pubsub, subscription, (message, reply) -> {
            attempts.add(Subscriber.getDeliveryAttempt(message));
            reply.nack();
        })) {
            pubsub.publish(topic, "poison");

            assertThat(PubSubUnderTest.data(pubsub.pullOne(deadLetterSubscription)))
                    .isEqualTo("poison");
            assertThat(attempts).containsExactly(1, 2, 3, 4, 5);
        }
    }

    @ConformanceTest
    void handlesOrderedMessagesInOrder(PubSubUnderTest pubsub) throws Exception {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, settings -> settings.setEnableMessageOrdering(true));
        List<String> handled = Collections.synchronizedList(new ArrayList<>());
        List<String> expected = IntStream.range(0, 200).mapToObj(i -> "m-" + i).toList();

        try (Running ignored = receive(pubsub, subscription, (message, reply) -> {
            handled.add(message.getData().toStringUtf8());
            reply.ack();
        })) {
            publish(pubsub, topic, "key", 200);

            await().atMost(PATIENCE).until(() -> handled.size() >= 200);
            assertThat(handled).isEqualTo(expected);
        }
    }

    @ConformanceTest
    void limitsConcurrentMessagesByFlowControl(PubSubUnderTest pubsub) throws Exception {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        Set<AckReplyConsumer> open = ConcurrentHashMap.newKeySet();
        AtomicInteger done = new AtomicInteger();
        Subscriber subscriber = pubsub.clientSubscriber(subscription, (message, reply) -> open.add(reply))
                .setFlowControlSettings(FlowControlSettings.newBuilder()
                        .setMaxOutstandingElementCount(2L)
                        .build())
                .build();

        try (Running ignored = new Running(subscriber)) {
            pubsub.publish(topic, Collections.nCopies(10, message("x")));

            await().atMost(PATIENCE).until(() -> {
                assertThat(open).hasSizeLessThanOrEqualTo(2);
                for (AckReplyConsumer reply : Set.copyOf(open)) {
                    open.remove(reply);
                    done.incrementAndGet();
                    reply.ack();
                }
                return done.get() == 10;
            });
        }
    }

    private static List<String> publish(PubSubUnderTest pubsub, String topic, String key, int count) throws Exception {
        Publisher publisher = pubsub.clientPublisher(topic)
                .setEnableMessageOrdering(!key.isEmpty())
                .build();
        List<ApiFuture<String>> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(publisher.publish(
                    message("m-" + i).toBuilder().setOrderingKey(key).build()));
        }
        List<String> published = ApiFutures.allAsList(ids).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        publisher.shutdown();
        assertThat(publisher.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        return published;
    }

    private static void count(Map<String, AtomicInteger> received, PubsubMessage message) {
        received.computeIfAbsent(message.getMessageId(), id -> new AtomicInteger())
                .incrementAndGet();
    }

    private static Running receive(PubSubUnderTest pubsub, String subscription, MessageReceiver receiver) {
        return new Running(pubsub.clientSubscriber(subscription, receiver).build());
    }

    /** A subscriber that runs until closed. */
    private static final class Running implements AutoCloseable {
        private final Subscriber subscriber;

        Running(Subscriber subscriber) {
            this.subscriber = subscriber;
            subscriber.startAsync().awaitRunning();
        }

        @Override
        public void close() throws TimeoutException {
            subscriber.stopAsync().awaitTerminated(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }
}
