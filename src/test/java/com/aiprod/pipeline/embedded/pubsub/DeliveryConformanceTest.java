package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.assertRefused;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.data;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Publish, pull, acknowledge, expiry. */
@Execution(ExecutionMode.CONCURRENT)
class DeliveryConformanceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ConformanceTest
    void messageArrivesAsPublished(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        Instant before = Instant.now();

        String id = pubsub.publish(
                        topic,
                        List.of(PubsubMessage.newBuilder()
                                .setData(ByteString.copyFromUtf8("grüß dich"))
                                .putAttributes("job_id", "42")
                                .setOrderingKey("key")
                                .build()))
                .get(0);

        ReceivedMessage received = pubsub.pullOne(subscription);
        assertThat(data(received)).isEqualTo("grüß dich");
        assertThat(received.getMessage().getAttributesMap()).isEqualTo(Map.of("job_id", "42"));
        assertThat(received.getMessage().getOrderingKey()).isEqualTo("key");
        assertThat(received.getMessage().getMessageId()).isEqualTo(id);
        assertThat(received.getDeliveryAttempt()).isZero();
        assertThat(Instant.ofEpochSecond(received.getMessage().getPublishTime().getSeconds()))
                .isBetween(before.minusSeconds(2), before.plusSeconds(20));
    }

    @ConformanceTest
    void givesEachMessageAUniqueId(PubSubUnderTest pubsub) {
        List<String> ids = pubsub.publish(pubsub.createTopic(), Collections.nCopies(100, message("same")));

        assertThat(new HashSet<>(ids)).hasSize(100);
    }

    @ConformanceTest
    void everySubscriptionGetsEveryMessage(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String first = pubsub.createSubscription(topic);
        String second = pubsub.createSubscription(topic);

        pubsub.publish(topic, "hello");

        assertThat(data(pubsub.pullOne(first))).isEqualTo("hello");
        assertThat(data(pubsub.pullOne(second))).isEqualTo("hello");
    }

    @ConformanceTest
    void newSubscriptionGetsLaterMessagesOnly(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        pubsub.publish(topic, "before");
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "after");

        assertThat(pubsub.pull(subscription, 10)).map(PubSubUnderTest::data).containsExactly("after");
    }

    @ConformanceTest
    void rejectsEmptyRequestsAndMessages(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.publish(topic, List.of()));
        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.publish(topic, List.of(PubsubMessage.getDefaultInstance())));
    }

    @ConformanceTest
    void allowsAtMostAThousandMessagesInARequest(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertThat(pubsub.publish(topic, Collections.nCopies(1_000, message("x"))))
                .hasSize(1_000);
        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.publish(topic, Collections.nCopies(1_001, message("x"))));
    }

    @ConformanceTest
    void deliversAMessageOfAlmostTenMegabytes(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);

        pubsub.publish(topic, List.of(ofBytes(9_900_000)));

        assertThat(pubsub.pullOne(subscription).getMessage().getData().size()).isEqualTo(9_900_000);
    }

    @ConformanceTest
    void rejectsAMessageAboveTenMegabytes(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.publish(topic, List.of(ofBytes(10_000_001))));
    }

    private static PubsubMessage ofBytes(int bytes) {
        return PubsubMessage.newBuilder()
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    @ConformanceTest
    void attributesHaveGooglesLimits(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        PubsubMessage.Builder most = message("x").toBuilder().putAttributes("k".repeat(256), "v".repeat(1_024));
        IntStream.range(1, 100).forEach(i -> most.putAttributes("key-" + i, "value"));

        assertThat(pubsub.publish(topic, List.of(most.build()))).hasSize(1);
        for (PubsubMessage over : List.of(
                most.clone().putAttributes("one", "more").build(),
                message("x").toBuilder().putAttributes("k".repeat(257), "v").build(),
                message("x").toBuilder().putAttributes("k", "v".repeat(1_025)).build(),
                message("x").toBuilder().putAttributes("goog-key", "v").build(),
                message("x").toBuilder().setOrderingKey("k".repeat(1_025)).build())) {
            assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.publish(topic, List.of(over)));
        }
    }

    @ConformanceTest
    void pullReturnsAtMostTheRequestedNumber(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "1", "2", "3", "4", "5");

        Set<String> seen = new HashSet<>();
        await().atMost(PATIENCE).until(() -> {
            List<ReceivedMessage> pulled = pubsub.pull(subscription, 2);
            assertThat(pulled).hasSizeLessThanOrEqualTo(2);
            pulled.forEach(received -> seen.add(data(received)));
            return seen.size() == 5;
        });
        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.pull(subscription, 0));
    }

    @ConformanceTest
    void pullWaitsForAMessage(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        CompletableFuture<ReceivedMessage> pulled = CompletableFuture.supplyAsync(() -> pubsub.pullOne(subscription));
        await().pollDelay(Duration.ofMillis(200)).until(() -> !pulled.isDone());

        pubsub.publish(topic, "hello");

        assertThat(pulled)
                .succeedsWithin(PATIENCE)
                .satisfies(received -> assertThat(data(received)).isEqualTo("hello"));
    }

    @ConformanceTest
    void immediatePullReturnsEmpty(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());
        Instant before = Instant.now();

        assertThat(pubsub.pullNow(subscription, 1)).isEmpty();

        assertThat(Duration.between(before, Instant.now())).isLessThan(Duration.ofSeconds(5));
    }

    @ConformanceTest
    void ackEndsDelivery(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "hello");
        ReceivedMessage received = pubsub.pullOne(subscription);
        pubsub.modify(subscription, received.getAckId(), 1);

        pubsub.ack(subscription, received.getAckId());

        await().during(Duration.ofSeconds(2))
                .atMost(PATIENCE)
                .until(() -> pubsub.pullNow(subscription, 1).isEmpty());
    }

    @ConformanceTest
    void allowsARepeatedAck(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "hello");
        ReceivedMessage received = pubsub.pullOne(subscription);

        pubsub.ack(subscription, received.getAckId());
        pubsub.ack(subscription, received.getAckId());

        assertThat(pubsub.pullNow(subscription, 1)).isEmpty();
    }

    @ConformanceTest
    void rejectsAnInvalidAckId(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());

        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.ack(subscription, "bogus"));
        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.nack(subscription, "bogus"));
    }

    @ConformanceTest
    void redeliversANackedMessageAtOnce(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, settings -> settings.setAckDeadlineSeconds(600));
        pubsub.publish(topic, "hello");
        ReceivedMessage first = pubsub.pullOne(subscription);

        pubsub.nack(subscription, first.getAckId());

        ReceivedMessage again = pubsub.pullOne(subscription);
        assertThat(again.getMessage()).isEqualTo(first.getMessage());
        assertThat(again.getAckId()).isNotEqualTo(first.getAckId());
    }

    @ConformanceTest
    void redeliversAMessageAfterTheAckDeadline(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, settings -> settings.setAckDeadlineSeconds(10));
        pubsub.publish(topic, "hello");
        ReceivedMessage first = pubsub.pullOne(subscription);
        Instant delivered = Instant.now();

        ReceivedMessage again = pubsub.pullOne(subscription);

        assertThat(Duration.between(delivered, Instant.now())).isGreaterThan(Duration.ofSeconds(9));
        assertThat(again.getMessage()).isEqualTo(first.getMessage());
        assertThat(again.getAckId()).isNotEqualTo(first.getAckId());
    }

    @ConformanceTest
    void redeliversSoonerAfterAShortenedDeadline(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, settings -> settings.setAckDeadlineSeconds(600));
        pubsub.publish(topic, "hello");
        ReceivedMessage first = pubsub.pullOne(subscription);

        pubsub.modify(subscription, first.getAckId(), 1);

        assertThat(pubsub.pullOne(subscription).getMessage()).isEqualTo(first.getMessage());
    }

    @ConformanceTest
    void doesNotRedeliverBeforeAnExtendedDeadline(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "hello");
        ReceivedMessage first = pubsub.pullOne(subscription);
        pubsub.modify(subscription, first.getAckId(), 1);

        pubsub.modify(subscription, first.getAckId(), 60);

        await().during(Duration.ofSeconds(3))
                .atMost(PATIENCE)
                .until(() -> pubsub.pullNow(subscription, 1).isEmpty());
    }

    @ConformanceTest
    void rejectsADeadlineAboveTenMinutes(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "hello");
        ReceivedMessage received = pubsub.pullOne(subscription);

        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.modify(subscription, received.getAckId(), 601));
        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.modify(subscription, received.getAckId(), -1));
    }
}
