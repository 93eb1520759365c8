package com.aiprod.pipeline.embedded.pubsub;

import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.PROJECT;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.assertRefused;
import static com.aiprod.pipeline.embedded.pubsub.PubSubUnderTest.data;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.cloud.pubsub.v1.Subscriber;
import com.google.common.collect.Sets;
import com.google.pubsub.v1.BigQueryConfig;
import com.google.pubsub.v1.CloudStorageConfig;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.ListTopicsResponse;
import com.google.pubsub.v1.PushConfig;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.SchemaSettings;
import com.google.pubsub.v1.SeekRequest;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.Status.Code;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The embedded server only: its lifecycle, restarts, and unsupported features. */
class EmbeddedPubSubTest {
    private static final String TOPIC = PROJECT + "/topics/jobs";
    private static final String SUBSCRIPTION = PROJECT + "/subscriptions/jobs-sub";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Test
    void closeFreesThePortAndEndsEveryThread() {
        Set<Thread> others = threads();
        EmbeddedPubSub server = EmbeddedPubSub.start();
        Set<Thread> own = new HashSet<>();
        try (PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            createJobs(pubsub);
            pubsub.publish(TOPIC, "hello");
            pubsub.pullOne(SUBSCRIPTION);
            own.addAll(Sets.difference(threads(), others));

            server.close();
        }

        assertThat(own).isNotEmpty();
        // A finished thread may stay alive for a moment.
        await().atMost(Duration.ofSeconds(5)).until(() -> own.stream().noneMatch(Thread::isAlive));
        try (EmbeddedPubSub again = EmbeddedPubSub.start(server.port())) {
            assertThat(again.endpoint()).isEqualTo("127.0.0.1:" + server.port());
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("embedded-pubsub-"))
                .collect(Collectors.toSet());
    }

    @Test
    void reportsAPortInUse() {
        try (EmbeddedPubSub server = EmbeddedPubSub.start()) {
            assertThatThrownBy(() -> EmbeddedPubSub.start(server.port()))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessage("Cannot listen on 127.0.0.1:" + server.port());
        }
    }

    @Test
    void resetDropsEverything() {
        try (EmbeddedPubSub server = EmbeddedPubSub.start();
                PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            createJobs(pubsub);
            pubsub.publish(TOPIC, "lost");
            StreamProbe stream = pubsub.stream(SUBSCRIPTION);
            stream.awaitReceived(1);

            server.reset();

            assertThat(stream.awaitEnd().getCode()).isEqualTo(Code.UNAVAILABLE);
            assertRefused(Code.NOT_FOUND, () -> pubsub.publish(TOPIC, "hello"));
            createJobs(pubsub);
            assertThat(pubsub.pullNow(SUBSCRIPTION, 1)).isEmpty();
        }
    }

    @Test
    void ackFromBeforeARestartAcksNothing() {
        ReceivedMessage before;
        int port;
        try (EmbeddedPubSub server = EmbeddedPubSub.start();
                PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            port = server.port();
            createJobs(pubsub);
            pubsub.publish(TOPIC, "before");
            before = pubsub.pullOne(SUBSCRIPTION);
        }

        try (EmbeddedPubSub server = EmbeddedPubSub.start(port);
                PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            createJobs(pubsub);
            pubsub.publish(TOPIC, "after");
            ReceivedMessage after = pubsub.pullOne(SUBSCRIPTION);
            pubsub.ack(SUBSCRIPTION, before.getAckId());

            pubsub.nack(SUBSCRIPTION, after.getAckId());
            assertThat(data(pubsub.pullOne(SUBSCRIPTION))).isEqualTo("after");
            assertThat(after.getMessage().getMessageId())
                    .isNotEqualTo(before.getMessage().getMessageId());
        }
    }

    @Test
    void staleAckAcksNothing() {
        try (EmbeddedPubSub server = EmbeddedPubSub.start();
                PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            createJobs(pubsub);
            pubsub.publish(TOPIC, "hello");
            ReceivedMessage first = pubsub.pullOne(SUBSCRIPTION);
            pubsub.nack(SUBSCRIPTION, first.getAckId());
            ReceivedMessage second = pubsub.pullOne(SUBSCRIPTION);

            pubsub.ack(SUBSCRIPTION, first.getAckId());

            pubsub.nack(SUBSCRIPTION, second.getAckId());
            assertThat(data(pubsub.pullOne(SUBSCRIPTION))).isEqualTo("hello");
        }
    }

    @Test
    void googlesSubscriberSurvivesARestartWithoutData() throws Exception {
        Queue<String> received = new ConcurrentLinkedQueue<>();
        EmbeddedPubSub first = EmbeddedPubSub.start();
        try (PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", first.endpoint())) {
            createJobs(pubsub);
            Subscriber subscriber = pubsub.clientSubscriber(SUBSCRIPTION, (message, reply) -> {
                        received.add(message.getData().toStringUtf8());
                        reply.ack();
                    })
                    .build();
            subscriber.startAsync().awaitRunning();
            pubsub.publish(TOPIC, "before");
            await().atMost(PATIENCE).until(() -> received.contains("before"));
            first.close();

            try (EmbeddedPubSub second = EmbeddedPubSub.start(first.port());
                    PubSubUnderTest again = PubSubUnderTest.at("embedded", second.endpoint())) {
                createJobs(again);
                again.publish(TOPIC, "after");

                await().atMost(PATIENCE).until(() -> received.contains("after"));
                subscriber.stopAsync().awaitTerminated(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void rejectsInvalidPageTokensAndSizes() {
        try (EmbeddedPubSub server = EmbeddedPubSub.start();
                PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            ListTopicsRequest request =
                    ListTopicsRequest.newBuilder().setProject(PROJECT).build();

            assertRefused(
                    Code.INVALID_ARGUMENT,
                    () -> list(pubsub, request.toBuilder().setPageToken("???")));
            assertRefused(
                    Code.INVALID_ARGUMENT,
                    () -> list(pubsub, request.toBuilder().setPageSize(-1)));
            assertRefused(
                    Code.INVALID_ARGUMENT,
                    () -> list(pubsub, request.toBuilder().setProject("conformance")));
            assertThat(list(pubsub, request.toBuilder()).getTopicsCount()).isZero();
        }
    }

    private static ListTopicsResponse list(PubSubUnderTest pubsub, ListTopicsRequest.Builder request) {
        return pubsub.publisher().listTopics(request.build());
    }

    private static Map<String, Consumer<Subscription.Builder>> unsupported() {
        return Map.of(
                "Filters are", settings -> settings.setFilter("attributes:job_id"),
                "Push delivery is",
                        settings ->
                                settings.setPushConfig(PushConfig.newBuilder().setPushEndpoint("http://localhost")),
                "Delivery to BigQuery is", settings -> settings.setBigqueryConfig(BigQueryConfig.newBuilder()),
                "Delivery to Cloud Storage is",
                        settings -> settings.setCloudStorageConfig(CloudStorageConfig.newBuilder()),
                "Exactly-once delivery is", settings -> settings.setEnableExactlyOnceDelivery(true));
    }

    @Test
    void rejectsUnsupportedFeatures() {
        try (EmbeddedPubSub server = EmbeddedPubSub.start();
                PubSubUnderTest pubsub = PubSubUnderTest.at("embedded", server.endpoint())) {
            createJobs(pubsub);
            unsupported()
                    .forEach((feature, settings) -> assertThatThrownBy(() -> pubsub.createSubscription(TOPIC, settings))
                            .hasMessage("UNIMPLEMENTED: " + feature + " not supported by the embedded Pub/Sub."));
            assertRefused(
                    Code.UNIMPLEMENTED,
                    () -> pubsub.publisher()
                            .createTopic(Topic.newBuilder()
                                    .setName(PubSubUnderTest.newTopicName())
                                    .setSchemaSettings(SchemaSettings.getDefaultInstance())
                                    .build()));
            assertRefused(
                    Code.UNIMPLEMENTED,
                    () -> pubsub.subscriber()
                            .seek(SeekRequest.newBuilder()
                                    .setSubscription(SUBSCRIPTION)
                                    .build()));
        }
    }

    private static void createJobs(PubSubUnderTest pubsub) {
        pubsub.publisher().createTopic(Topic.newBuilder().setName(TOPIC).build());
        pubsub.createSubscription(TOPIC, settings -> settings.setName(SUBSCRIPTION));
    }
}
