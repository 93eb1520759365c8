package com.aiprod.pipeline.system;

import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.SubscriptionName;
import com.google.pubsub.v1.TopicName;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.awaitility.Awaitility;

/** Another Pub/Sub client beside the application: reads the application's messages and publishes unexpected ones. */
public final class Bystander implements AutoCloseable {

    public static final String JOBS = "aiprod-pipeline-jobs";
    public static final String RESULTS = "aiprod-pipeline-results";
    public static final String DEAD_LETTERS = "aiprod-pipeline-dlq";

    private final Map<String, List<PubsubMessage>> seen = new HashMap<>();
    private final ManagedChannel channel;
    private final PublisherGrpc.PublisherBlockingStub publisher;
    private final SubscriberGrpc.SubscriberBlockingStub subscriber;

    /** @param endpoint the broker's host:port */
    public Bystander(String endpoint) {
        channel = ManagedChannelBuilder.forTarget(endpoint).usePlaintext().build();
        publisher = PublisherGrpc.newBlockingStub(channel);
        subscriber = SubscriberGrpc.newBlockingStub(channel);
    }

    /** Keeps all messages of the topic from now on. Returns the subscription name to pass to {@link #next}. */
    public String listen(String topic) {
        String name = SubscriptionName.of(EmbeddedServices.PROJECT, "bystander-" + UUID.randomUUID())
                .toString();
        subscriber.createSubscription(Subscription.newBuilder()
                .setName(name)
                .setTopic(topic(topic))
                .setAckDeadlineSeconds(60)
                .build());
        return name;
    }

    /** Waits for the first message that contains the text. Keeps other messages for later calls. */
    public PubsubMessage next(String subscription, String text) {
        List<PubsubMessage> kept = seen.computeIfAbsent(subscription, name -> new ArrayList<>());
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> {
                            Optional<PubsubMessage> found = find(kept, text);
                            if (found.isEmpty()) {
                                kept.addAll(pull(subscription));
                            }
                            return found;
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private static Optional<PubsubMessage> find(List<PubsubMessage> messages, String text) {
        return messages.stream()
                .filter(message -> message.getData().toStringUtf8().contains(text))
                .findFirst();
    }

    private List<PubsubMessage> pull(String subscription) {
        List<ReceivedMessage> pulled = subscriber
                .pull(PullRequest.newBuilder()
                        .setSubscription(subscription)
                        .setMaxMessages(100)
                        .build())
                .getReceivedMessagesList();
        if (!pulled.isEmpty()) {
            subscriber.acknowledge(AcknowledgeRequest.newBuilder()
                    .setSubscription(subscription)
                    .addAllAckIds(pulled.stream().map(ReceivedMessage::getAckId).toList())
                    .build());
        }
        return pulled.stream().map(ReceivedMessage::getMessage).toList();
    }

    /** Publishes a message and returns its message ID. */
    public String publish(String topic, String data, Map<String, String> attributes) {
        return publish(topic, data.getBytes(StandardCharsets.UTF_8), attributes);
    }

    public String publish(String topic, byte[] data, Map<String, String> attributes) {
        return publisher
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic(topic))
                        .addAllMessages(List.of(PubsubMessage.newBuilder()
                                .setData(ByteString.copyFrom(data))
                                .putAllAttributes(attributes)
                                .build()))
                        .build())
                .getMessageIds(0);
    }

    private static String topic(String topic) {
        return TopicName.of(EmbeddedServices.PROJECT, topic).toString();
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
