package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.assertRefused;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.data;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.message;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.newTopicName;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.util.Durations;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Delivery attempts, dead letters, retry policies. */
@Execution(ExecutionMode.CONCURRENT)
class RedeliveryConformanceTest {

    @ConformanceTest
    void deadLettersAMessageAfterFiveAttempts(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String deadLetters = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, deadLetterTo(deadLetters, 5));
        String deadLetterSubscription = pubsub.createSubscription(deadLetters);
        String id = pubsub.publish(
                        topic,
                        List.of(message("poison").toBuilder()
                                .putAttributes("job_id", "42")
                                .build()))
                .get(0);

        List<Integer> attempts = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ReceivedMessage received = pubsub.pullOne(subscription);
            assertThat(received.getMessage().getMessageId()).isEqualTo(id);
            attempts.add(received.getDeliveryAttempt());
            pubsub.nack(subscription, received.getAckId());
        }

        // Pull this subscription first: Google's emulator moves dead letters only on a pull.
        assertThat(pubsub.pullNow(subscription, 1)).isEmpty();
        PubsubMessage dead = pubsub.pullOne(deadLetterSubscription).getMessage();
        assertThat(attempts).containsExactly(1, 2, 3, 4, 5);
        assertThat(dead.getData().toStringUtf8()).isEqualTo("poison");
        assertThat(dead.getMessageId()).isNotEqualTo(id);
        assertThat(dead.getAttributesMap())
                .containsEntry("job_id", "42")
                .containsEntry("CloudPubSubDeadLetterSourceDeliveryCount", "5")
                .containsEntry(
                        "CloudPubSubDeadLetterSourceSubscription",
                        subscription.substring(subscription.lastIndexOf('/') + 1))
                .containsEntry("CloudPubSubDeadLetterSourceSubscriptionProject", "conformance")
                .containsKey("CloudPubSubDeadLetterSourceTopicPublishTime")
                .hasSize(5);
    }

    @ConformanceTest
    void expiryCountsAsAnAttempt(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, deadLetterTo(pubsub.createTopic(), 5));
        pubsub.publish(topic, "hello");

        pubsub.modify(subscription, pubsub.pullOne(subscription).getAckId(), 1);

        assertThat(pubsub.pullOne(subscription).getDeliveryAttempt()).isEqualTo(2);
    }

    @ConformanceTest
    void omitsAttemptsWithoutADeadLetterPolicy(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "hello");

        pubsub.nack(subscription, pubsub.pullOne(subscription).getAckId());

        assertThat(pubsub.pullOne(subscription).getDeliveryAttempt()).isZero();
    }

    @ConformanceTest
    void allowsFiveToAHundredAttempts(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String deadLetters = pubsub.createTopic();

        assertRefused(Code.OUT_OF_RANGE, () -> pubsub.createSubscription(topic, deadLetterTo(deadLetters, 4)));
        assertRefused(Code.OUT_OF_RANGE, () -> pubsub.createSubscription(topic, deadLetterTo(deadLetters, 101)));
        assertThat(read(pubsub, pubsub.createSubscription(topic, deadLetterTo(deadLetters, 0)))
                        .getDeadLetterPolicy()
                        .getMaxDeliveryAttempts())
                .isEqualTo(5);
    }

    @ConformanceTest
    void deadLetterTopicMustExist(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        assertRefused(Code.NOT_FOUND, () -> pubsub.createSubscription(topic, deadLetterTo(newTopicName(), 5)));
    }

    @ConformanceTest
    void keepsAMessageWhoseDeadLetterTopicIsDeleted(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String deadLetters = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, deadLetterTo(deadLetters, 5));
        pubsub.publisher()
                .deleteTopic(
                        DeleteTopicRequest.newBuilder().setTopic(deadLetters).build());
        pubsub.publish(topic, "poison");

        for (int i = 0; i < 7; i++) {
            ReceivedMessage received = pubsub.pullOne(subscription);
            assertThat(data(received)).isEqualTo("poison");
            pubsub.nack(subscription, received.getAckId());
        }
    }

    @ConformanceTest
    void storesAndValidatesTheRetryPolicy(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();

        RetryPolicy kept = read(pubsub, pubsub.createSubscription(topic, retryAfter(1, 60)))
                .getRetryPolicy();

        assertThat(kept.getMinimumBackoff()).isEqualTo(Durations.fromSeconds(1));
        assertThat(kept.getMaximumBackoff()).isEqualTo(Durations.fromSeconds(60));
        assertRefused(Code.INVALID_ARGUMENT, () -> pubsub.createSubscription(topic, retryAfter(60, 30)));
    }

    @ConformanceTest
    void delaysANackedMessageByAGrowingBackOff(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, retryAfter(1, 600));
        pubsub.publish(topic, "hello");
        pubsub.nack(subscription, pubsub.pullOne(subscription).getAckId());
        Instant first = Instant.now();
        pubsub.nack(subscription, pubsub.pullOne(subscription).getAckId());
        Instant second = Instant.now();
        pubsub.nack(subscription, pubsub.pullOne(subscription).getAckId());
        Instant third = Instant.now();

        assertThat(Duration.between(first, second)).isGreaterThan(Duration.ofMillis(800));
        assertThat(Duration.between(second, third)).isGreaterThan(Duration.ofMillis(1_600));
    }

    @ConformanceTest
    void backOffOfAMessageBlocksNoOther(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, retryAfter(600, 600));
        pubsub.publish(topic, "bad");
        pubsub.nack(subscription, pubsub.pullOne(subscription).getAckId());

        pubsub.publish(topic, "good");

        await().atMost(Duration.ofSeconds(20))
                .until(() -> data(pubsub.pullOne(subscription)).equals("good"));
    }

    private static java.util.function.Consumer<Subscription.Builder> deadLetterTo(String topic, int attempts) {
        return settings -> settings.setDeadLetterPolicy(
                DeadLetterPolicy.newBuilder().setDeadLetterTopic(topic).setMaxDeliveryAttempts(attempts));
    }

    private static java.util.function.Consumer<Subscription.Builder> retryAfter(int minimum, int maximum) {
        return settings -> settings.setRetryPolicy(RetryPolicy.newBuilder()
                .setMinimumBackoff(Durations.fromSeconds(minimum))
                .setMaximumBackoff(Durations.fromSeconds(maximum)));
    }

    private static Subscription read(PubSubUnderTest pubsub, String subscription) {
        return pubsub.subscriber()
                .getSubscription(GetSubscriptionRequest.newBuilder()
                        .setSubscription(subscription)
                        .build());
    }
}
