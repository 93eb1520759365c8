package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.data;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Ordering keys. */
@Execution(ExecutionMode.CONCURRENT)
class OrderingConformanceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Consumer<Subscription.Builder> ORDERED = settings -> settings.setEnableMessageOrdering(true);

    @ConformanceTest
    void deliversMessagesOfAKeyInOrder(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, ORDERED);
        Map<String, List<String>> expected = new LinkedHashMap<>();
        for (int i = 0; i < 50; i++) {
            for (String key : List.of("red", "green", "blue")) {
                String text = key + "-" + i;
                pubsub.publishOrdered(topic, key, text);
                expected.computeIfAbsent(key, k -> new ArrayList<>()).add(text);
            }
        }

        try (StreamProbe stream = pubsub.stream(subscription)) {
            Map<String, List<String>> received = new LinkedHashMap<>();
            int taken = 0;
            while (taken < 150) {
                List<ReceivedMessage> all = stream.awaitReceived(taken + 1);
                for (ReceivedMessage message : all.subList(taken, all.size())) {
                    received.computeIfAbsent(message.getMessage().getOrderingKey(), k -> new ArrayList<>())
                            .add(data(message));
                    stream.ack(message);
                    taken++;
                }
            }
            assertThat(received).isEqualTo(expected);
        }
    }

    @ConformanceTest
    void waitingKeyBlocksNoOther(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(
                topic,
                ORDERED.andThen(settings -> settings.setRetryPolicy(
                        RetryPolicy.newBuilder().setMinimumBackoff(Durations.fromSeconds(600)))));
        pubsub.publishOrdered(topic, "slow", "slow-1");
        pubsub.nack(subscription, pubsub.pullOne(subscription).getAckId());

        pubsub.publishOrdered(topic, "fast", "fast-1");

        await().atMost(PATIENCE).until(() -> data(pubsub.pullOne(subscription)).equals("fast-1"));
    }

    @ConformanceTest
    void deliversAKeyToOneStreamAtATime(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, ORDERED);

        try (StreamProbe one = pubsub.stream(subscription);
                StreamProbe two = pubsub.stream(subscription)) {
            List<String> data = IntStream.range(0, 30).mapToObj(i -> "m-" + i).toList();
            data.forEach(text -> pubsub.publishOrdered(topic, "key", text));

            await().atMost(PATIENCE)
                    .until(() -> one.received().size() + two.received().size() >= 30);
            assertThat(one.received().isEmpty() ? two.receivedData() : one.receivedData())
                    .isEqualTo(data);
        }
    }

    @ConformanceTest
    void nackRedeliversLaterMessagesOfTheKeyToo(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, ORDERED);
        pubsub.publishOrdered(topic, "key", "1", "2", "3");

        try (StreamProbe stream = pubsub.stream(subscription)) {
            ReceivedMessage first = stream.awaitReceived(3).get(0);
            stream.nack(first);
            stream.awaitReceived(6);

            assertThat(stream.receivedData()).containsExactly("1", "2", "3", "1", "2", "3");
        }
    }

    @ConformanceTest
    void nackDoesNotRedeliverEarlierMessagesOfTheKey(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(
                topic,
                ORDERED.andThen(settings -> settings.setDeadLetterPolicy(
                        DeadLetterPolicy.newBuilder().setDeadLetterTopic(pubsub.createTopic()))));
        pubsub.publishOrdered(topic, "key", "1", "2", "3");

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.nack(stream.awaitReceived(3).get(1));
            List<ReceivedMessage> received = stream.awaitReceived(5);

            assertThat(stream.receivedData()).containsExactly("1", "2", "3", "2", "3");
            assertThat(received.get(3).getDeliveryAttempt())
                    .as("attempt of the nacked")
                    .isEqualTo(2);
            assertThat(received.get(4).getDeliveryAttempt())
                    .as("attempt of the one taken back")
                    .isEqualTo(1);
        }
    }

    @ConformanceTest
    void deadLettersAPoisonMessageAndContinuesWithTheKey(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String deadLetters = pubsub.createTopic();
        String deadLetterSubscription = pubsub.createSubscription(deadLetters);
        String subscription = pubsub.createSubscription(
                topic,
                ORDERED.andThen(settings -> settings.setDeadLetterPolicy(
                        DeadLetterPolicy.newBuilder().setDeadLetterTopic(deadLetters))));
        pubsub.publishOrdered(topic, "key", "poison", "good");

        for (int i = 0; i < 5; i++) {
            List<ReceivedMessage> pulled = pubsub.pull(subscription, 10);
            assertThat(data(pulled.get(0))).isEqualTo("poison");
            pubsub.nack(subscription, pulled.get(0).getAckId());
        }

        ReceivedMessage next = pubsub.pullOne(subscription);
        assertThat(data(next)).isEqualTo("good");
        assertThat(next.getDeliveryAttempt()).isEqualTo(1);
        assertThat(data(pubsub.pullOne(deadLetterSubscription))).isEqualTo("poison");
    }
}
