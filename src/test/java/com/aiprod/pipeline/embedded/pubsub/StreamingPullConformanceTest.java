package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import io.grpc.Status.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Streaming pull: delivery, flow control, keep-alive, and end of the stream. */
@Execution(ExecutionMode.CONCURRENT)
class StreamingPullConformanceTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @ConformanceTest
    void backlogAndNewMessagesArrive(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "backlog");

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.awaitReceived(1);
            pubsub.publish(topic, "new");
            stream.awaitReceived(2);

            assertThat(stream.receivedData()).containsExactly("backlog", "new");
        }
    }

    @ConformanceTest
    void ackOnTheStreamEndsDelivery(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "acked", "nacked");

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.awaitReceived(2).forEach(received -> {
                if (PubSubUnderTest.data(received).equals("acked")) {
                    stream.ack(received);
                } else {
                    stream.nack(received);
                }
            });

            ReceivedMessage again = stream.awaitReceived(3).get(2);
            assertThat(PubSubUnderTest.data(again)).isEqualTo("nacked");
            stream.ack(again);
            await().during(Duration.ofSeconds(1))
                    .atMost(PATIENCE)
                    .until(() -> stream.received().size() == 3);
        }
    }

    @ConformanceTest
    void rejectsAnInvalidStreamDeadline(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());

        for (int seconds : List.of(0, 9, 601)) {
            try (StreamProbe stream =
                    pubsub.stream(subscription, request -> request.setStreamAckDeadlineSeconds(seconds))) {
                assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
            }
        }
    }

    @ConformanceTest
    void rejectsASecondSubscriptionNameInAStream(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.send(StreamingPullRequest.newBuilder()
                    .setSubscription(subscription)
                    .build());

            assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        }
    }

    @ConformanceTest
    void invalidAckIdEndsTheStream(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.send(StreamingPullRequest.newBuilder().addAckIds("bogus").build());

            assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.INVALID_ARGUMENT);
        }
    }

    @ConformanceTest
    void streamDeadlineOverridesTheSubscriptions(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic, settings -> settings.setAckDeadlineSeconds(600));
        pubsub.publish(topic, "hello");

        try (StreamProbe stream = pubsub.stream(subscription, request -> request.setStreamAckDeadlineSeconds(10))) {
            stream.awaitReceived(1);
            Instant delivered = Instant.now();

            List<ReceivedMessage> received = stream.awaitReceived(2);

            assertThat(Duration.between(delivered, Instant.now())).isGreaterThan(Duration.ofSeconds(9));
            assertThat(received.get(1).getMessage()).isEqualTo(received.get(0).getMessage());
            assertThat(received.get(1).getAckId()).isNotEqualTo(received.get(0).getAckId());
        }
    }

    @ConformanceTest
    void limitsOutstandingMessages(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, Collections.nCopies(10, message("x")));

        try (StreamProbe stream = pubsub.stream(subscription, request -> request.setMaxOutstandingMessages(3))) {
            assertStaysAt(stream, 3);
            stream.ack(stream.received().get(0));
            stream.nack(stream.received().get(1));
            assertStaysAt(stream, 5);
        }
    }

    @ConformanceTest
    void limitsOutstandingBytes(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, Collections.nCopies(10, ofBytes(1_000)));

        try (StreamProbe stream = pubsub.stream(subscription, request -> request.setMaxOutstandingBytes(2_500))) {
            assertStaysAt(stream, 3);
            stream.ack(stream.received().get(0));
            assertStaysAt(stream, 4);
        }
    }

    private static void assertStaysAt(StreamProbe stream, int messages) {
        stream.awaitReceived(messages);
        await().during(Duration.ofMillis(500))
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(stream.received()).hasSize(messages));
    }

    @ConformanceTest
    void deliversAMessageAboveTheByteLimit(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, List.of(ofBytes(9_900_000)));

        try (StreamProbe stream = pubsub.stream(subscription, request -> request.setMaxOutstandingBytes(1_000))) {
            assertThat(stream.awaitReceived(1).get(0).getMessage().getData().size())
                    .isEqualTo(9_900_000);
        }
    }

    @ConformanceTest
    void stalledClientDoesNotHoldTheBacklog(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        for (int i = 0; i < 8; i++) {
            pubsub.publish(topic, Collections.nCopies(5, ofBytes(1_000_000)));
        }
        StreamingPullRequest request = StreamingPullRequest.newBuilder()
                .setSubscription(subscription)
                .setStreamAckDeadlineSeconds(600)
                .build();

        try (StreamProbe sleeping = StreamProbe.openWithoutReading(pubsub.channel(), request);
                StreamProbe reading = pubsub.stream(subscription)) {
            reading.awaitReceived(30);
            assertThat(sleeping.received()).isEmpty();
        }
    }

    @ConformanceTest
    void answersAnEmptyRequestAsKeepAlive(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());

        try (StreamProbe stream = pubsub.stream(subscription, request -> request.setProtocolVersion(1))) {
            stream.send(StreamingPullRequest.getDefaultInstance());

            await().atMost(PATIENCE).until(() -> stream.responses().size() == 1);
            assertThat(stream.received()).isEmpty();
        }
    }

    @ConformanceTest
    void sendsNoKeepAliveWithoutAProtocolVersion(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.send(StreamingPullRequest.getDefaultInstance());
            pubsub.publish(topic, "hello");
            stream.awaitReceived(1);

            assertThat(stream.responses()).hasSize(1);
        }
    }

    @ConformanceTest
    void endsAStreamThatTheClientCloses(PubSubUnderTest pubsub) {
        String subscription = pubsub.createSubscription(pubsub.createTopic());

        try (StreamProbe stream = pubsub.stream(subscription)) {
            stream.halfClose();

            assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.OK);
        }
    }

    @ConformanceTest
    void redeliversMessagesOfAClosedStreamAfterTheirDeadline(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        pubsub.publish(topic, "hello");
        try (StreamProbe stream = pubsub.stream(subscription, request -> request.setStreamAckDeadlineSeconds(10))) {
            stream.awaitReceived(1);
        }

        try (StreamProbe stream = pubsub.stream(subscription)) {
            assertThat(PubSubUnderTest.data(stream.awaitReceived(1).get(0))).isEqualTo("hello");
        }
    }

    @ConformanceTest
    void newMessagesGoToTheNextStreamAfterAClose(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);
        try (StreamProbe closed = pubsub.stream(subscription)) {
            pubsub.publish(topic, "first");
            closed.ack(closed.awaitReceived(1).get(0));
        }

        try (StreamProbe stream = pubsub.stream(subscription)) {
            List<String> data = IntStream.range(0, 20).mapToObj(i -> "m-" + i).toList();
            pubsub.publish(topic, data.toArray(String[]::new));
            stream.awaitReceived(20);

            assertThat(stream.receivedData()).containsExactlyInAnyOrderElementsOf(data);
        }
    }

    @ConformanceTest
    void streamsOfASubscriptionShareItsMessages(PubSubUnderTest pubsub) {
        String topic = pubsub.createTopic();
        String subscription = pubsub.createSubscription(topic);

        try (StreamProbe one = pubsub.stream(subscription);
                StreamProbe two = pubsub.stream(subscription)) {
            for (int i = 0; i < 10; i++) {
                pubsub.publish(topic, Collections.nCopies(20, message("x")));
            }

            await().atMost(PATIENCE)
                    .until(() -> one.received().size() + two.received().size() >= 200);
            Set<String> ids = new HashSet<>();
            Stream.concat(one.received().stream(), two.received().stream())
                    .forEach(received -> ids.add(received.getMessage().getMessageId()));
            assertThat(ids).hasSize(200);
        }
    }

    private static PubsubMessage ofBytes(int bytes) {
        return PubsubMessage.newBuilder()
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
    }
}
