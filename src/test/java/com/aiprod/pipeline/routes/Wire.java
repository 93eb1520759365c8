package com.aiprod.pipeline.routes;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** Its own subscriptions to the three topics, to see the messages on the wire, and a publisher for other messages. */
final class Wire implements AutoCloseable {

    static final String JOBS = "aiprod-pipeline-jobs";
    static final String RESULTS = "aiprod-pipeline-results";
    static final String DEAD_LETTERS = "aiprod-pipeline-dlq";

    private final String project;
    private final ManagedChannel channel;
    private final SubscriberGrpc.SubscriberBlockingStub subscriber;
    private final Map<String, List<PubsubMessage>> seen = Map.of(
            JOBS, new CopyOnWriteArrayList<>(),
            RESULTS, new CopyOnWriteArrayList<>(),
            DEAD_LETTERS, new CopyOnWriteArrayList<>());

    Wire(String endpoint, String project) {
        this.project = project;
        channel = ManagedChannelBuilder.forTarget(endpoint).usePlaintext().build();
        subscriber = SubscriberGrpc.newBlockingStub(channel);
        for (String topic : seen.keySet()) {
            var unused = subscriber.createSubscription(Subscription.newBuilder()
                    .setName(subscription(topic))
                    .setTopic(topic(topic))
                    .setAckDeadlineSeconds(60)
                    .build());
        }
    }

    /** Returns all messages on the topic so far that match. */
    // Google advises against returnImmediately because of its load, but a test needs the current messages.
    @SuppressWarnings("deprecation")
    List<PubsubMessage> messages(String topic, Predicate<PubsubMessage> fits) {
        var pulled = subscriber
                .pull(PullRequest.newBuilder()
                        .setSubscription(subscription(topic))
                        .setMaxMessages(1000)
                        .setReturnImmediately(true)
                        .build())
                .getReceivedMessagesList();
        if (!pulled.isEmpty()) {
            var acks = AcknowledgeRequest.newBuilder().setSubscription(subscription(topic));
            pulled.forEach(message -> {
                seen.get(topic).add(message.getMessage());
                acks.addAckIds(message.getAckId());
            });
            var unused = subscriber.acknowledge(acks.build());
        }
        return seen.get(topic).stream().filter(fits).toList();
    }

    /** Returns all messages on the topic so far with this attribute {@code job_id}. */
    List<PubsubMessage> messagesOf(String jobId, String topic) {
        return messages(
                topic, message -> jobId.equals(message.getAttributesMap().get("job_id")));
    }

    /** Publishes a message and returns its message ID. */
    String publish(String topic, ByteString data, Map<String, String> attributes) throws Exception {
        Publisher publisher = Publisher.newBuilder(topic(topic))
                .setChannelProvider(FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
                .setCredentialsProvider(NoCredentialsProvider.create())
                .build();
        try {
            return publisher
                    .publish(PubsubMessage.newBuilder()
                            .setData(data)
                            .putAllAttributes(attributes)
                            .build())
                    .get();
        } finally {
            publisher.shutdown();
        }
    }

    private String topic(String topic) {
        return "projects/" + project + "/topics/" + topic;
    }

    private String subscription(String topic) {
        return "projects/" + project + "/subscriptions/seen-" + topic;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
