package com.aiprod.pipeline.embedded.pubsub;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PublisherGrpc.PublisherBlockingStub;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.SubscriberGrpc.SubscriberBlockingStub;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A server and shortcuts for the conformance tests. Names are unique, so that tests can run in parallel. */
record PubSubUnderTest(String name, ManagedChannel channel) implements AutoCloseable {
    static final String PROJECT = "projects/conformance";

    static PubSubUnderTest at(String name, String endpoint) {
        return new PubSubUnderTest(
                name,
                ManagedChannelBuilder.forTarget(endpoint)
                        .usePlaintext()
                        .maxInboundMessageSize(20 << 20)
                        .build());
    }

    static PubSubUnderTest missing(String name) {
        return new PubSubUnderTest(name, null);
    }

    boolean isMissing() {
        return channel == null;
    }

    PublisherBlockingStub publisher() {
        return PublisherGrpc.newBlockingStub(channel).withDeadlineAfter(30, SECONDS);
    }

    SubscriberBlockingStub subscriber() {
        return SubscriberGrpc.newBlockingStub(channel).withDeadlineAfter(30, SECONDS);
    }

    static String newTopicName() {
        return PROJECT + "/topics/t-" + UUID.randomUUID();
    }

    static String newSubscriptionName() {
        return PROJECT + "/subscriptions/s-" + UUID.randomUUID();
    }

    String createTopic() {
        return publisher()
                .createTopic(Topic.newBuilder().setName(newTopicName()).build())
                .getName();
    }

    String createSubscription(String topic) {
        return createSubscription(topic, settings -> {});
    }

    String createSubscription(String topic, Consumer<Subscription.Builder> settings) {
        Subscription.Builder subscription =
                Subscription.newBuilder().setName(newSubscriptionName()).setTopic(topic);
        settings.accept(subscription);
        return subscriber().createSubscription(subscription.build()).getName();
    }

    List<String> publish(String topic, String... data) {
        return publish(topic, Arrays.stream(data).map(PubSubUnderTest::message).toList());
    }

    List<String> publishOrdered(String topic, String key, String... data) {
        return publish(
                topic,
                Arrays.stream(data)
                        .map(text ->
                                message(text).toBuilder().setOrderingKey(key).build())
                        .toList());
    }

    List<String> publish(String topic, List<PubsubMessage> messages) {
        return publisher()
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic)
                        .addAllMessages(messages)
                        .build())
                .getMessageIdsList();
    }

    static PubsubMessage message(String data) {
        return PubsubMessage.newBuilder().setData(ByteString.copyFromUtf8(data)).build();
    }

    static String data(ReceivedMessage received) {
        return received.getMessage().getData().toStringUtf8();
    }

    /** Waits for the first messages. A server may answer without messages after some time. */
    List<ReceivedMessage> pull(String subscription, int max) {
        return subscriber()
                .pull(PullRequest.newBuilder()
                        .setSubscription(subscription)
                        .setMaxMessages(max)
                        .build())
                .getReceivedMessagesList();
    }

    @SuppressWarnings("deprecation") // Deprecated by Google, but still served.
    List<ReceivedMessage> pullNow(String subscription, int max) {
        return subscriber()
                .pull(PullRequest.newBuilder()
                        .setSubscription(subscription)
                        .setMaxMessages(max)
                        .setReturnImmediately(true)
                        .build())
                .getReceivedMessagesList();
    }

    /** Waits for one message. */
    ReceivedMessage pullOne(String subscription) {
        return await().atMost(Duration.ofSeconds(30))
                .until(() -> pull(subscription, 1), pulled -> !pulled.isEmpty())
                .get(0);
    }

    void ack(String subscription, String... ackIds) {
        subscriber()
                .acknowledge(AcknowledgeRequest.newBuilder()
                        .setSubscription(subscription)
                        .addAllAckIds(List.of(ackIds))
                        .build());
    }

    void nack(String subscription, String ackId) {
        modify(subscription, ackId, 0);
    }

    void modify(String subscription, String ackId, int seconds) {
        subscriber()
                .modifyAckDeadline(ModifyAckDeadlineRequest.newBuilder()
                        .setSubscription(subscription)
                        .addAckIds(ackId)
                        .setAckDeadlineSeconds(seconds)
                        .build());
    }

    StreamProbe stream(String subscription) {
        return stream(subscription, request -> {});
    }

    StreamProbe stream(String subscription, Consumer<StreamingPullRequest.Builder> request) {
        StreamingPullRequest.Builder first =
                StreamingPullRequest.newBuilder().setSubscription(subscription).setStreamAckDeadlineSeconds(60);
        request.accept(first);
        return StreamProbe.open(channel, first.build());
    }

    /** Returns Google's publishing client. The caller sets ordering and shuts it down. */
    Publisher.Builder clientPublisher(String topic) {
        return Publisher.newBuilder(topic)
                .setChannelProvider(FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
                .setCredentialsProvider(NoCredentialsProvider.create());
    }

    /** Returns Google's subscribing client. The caller starts and stops it. */
    Subscriber.Builder clientSubscriber(String subscription, MessageReceiver receiver) {
        return Subscriber.newBuilder(subscription, receiver)
                .setChannelProvider(FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
                .setCredentialsProvider(NoCredentialsProvider.create());
    }

    static void assertRefused(Status.Code code, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode())
                                .as(e.getMessage())
                                .isEqualTo(code));
    }

    @Override
    public void close() {
        if (channel != null) {
            channel.shutdownNow();
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
