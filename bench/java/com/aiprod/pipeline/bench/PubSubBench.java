package com.aiprod.pipeline.bench;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutures;
import com.google.api.gax.batching.BatchingSettings;
import com.google.api.gax.batching.FlowControlSettings;
import com.google.api.gax.batching.FlowController.LimitExceededBehavior;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PublisherGrpc.PublisherBlockingStub;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;

/**
 * Measures a Pub/Sub server with Google's own client: messages per second through one subscriber, and the
 * time from publish to receive. Without arguments, starts the embedded server; {@code host:port} measures another.
 */
public final class PubSubBench {
    private static final int WARM_UP_MESSAGES = 20_000;
    private static final int MESSAGES = 50_000;
    private static final int PINGS = 2_000;
    private static final int PATIENCE_SECONDS = 120;
    private static final ByteString PAYLOAD = ByteString.copyFrom(new byte[512]);

    /** By default, the client sends a batch at 1,000 bytes, which would measure calls and not messages. */
    private static final BatchingSettings BATCHES = BatchingSettings.newBuilder()
            .setDelayThresholdDuration(Duration.ofMillis(1))
            .setElementCountThreshold(100L)
            .setRequestByteThreshold(1_000_000L)
            .setFlowControlSettings(FlowControlSettings.newBuilder()
                    .setLimitExceededBehavior(LimitExceededBehavior.Block)
                    .setMaxOutstandingElementCount(10_000L)
                    .setMaxOutstandingRequestBytes(100_000_000L)
                    .build())
            .build();

    private final ManagedChannel channel;

    private PubSubBench(ManagedChannel channel) {
        this.channel = channel;
    }

    /** Prints the table. {@code args} may contain the endpoint of a running server. */
    public static void main(String[] args) throws Exception {
        long before = System.nanoTime();
        EmbeddedPubSub server = args.length == 0 ? EmbeddedPubSub.start() : null;
        double startMillis = millisSince(before);
        String endpoint = server == null ? args[0] : server.endpoint();
        ManagedChannel channel = ManagedChannelBuilder.forTarget(endpoint)
                .usePlaintext()
                .maxInboundMessageSize(20 << 20)
                .build();
        try {
            PubSubBench bench = new PubSubBench(channel);
            if (server != null) {
                row("start of the server", "%.0f ms", startMillis);
            }
            bench.throughput(WARM_UP_MESSAGES);
            row("through one subscriber, published while it receives", "%,.0f messages/s", bench.throughput(MESSAGES));
            row("through one subscriber, from a backlog", "%,.0f messages/s", bench.backlog(MESSAGES));
            double[] millis = bench.latencies();
            row("publish to receive, p50", "%.2f ms", percentile(millis, 0.50));
            row("publish to receive, p99", "%.2f ms", percentile(millis, 0.99));
        } finally {
            channel.shutdownNow();
            if (server != null) {
                server.close();
            }
        }
    }

    private double throughput(int messages) throws Exception {
        String topic = createTopic();
        String subscription = createSubscription(topic);
        CountDownLatch missing = new CountDownLatch(messages);
        Subscriber subscriber = subscribe(subscription, missing);
        long before = System.nanoTime();
        publish(topic, messages);
        await(missing);
        double perSecond = messages / (millisSince(before) / 1_000);
        stop(subscriber);
        return perSecond;
    }

    private double backlog(int messages) throws Exception {
        String topic = createTopic();
        String subscription = createSubscription(topic);
        publish(topic, messages);
        CountDownLatch missing = new CountDownLatch(messages);
        long before = System.nanoTime();
        Subscriber subscriber = subscribe(subscription, missing);
        await(missing);
        double perSecond = messages / (millisSince(before) / 1_000);
        stop(subscriber);
        return perSecond;
    }

    /** Sends one message at a time with a gRPC stub because the publishing client would add its batching delay. */
    private double[] latencies() throws Exception {
        String topic = createTopic();
        SynchronousQueue<Long> arrivals = new SynchronousQueue<>();
        Subscriber subscriber = subscriber(createSubscription(topic), (message, reply) -> {
            long arrival = System.nanoTime();
            reply.ack();
            try {
                arrivals.put(arrival);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        PublishRequest request = PublishRequest.newBuilder()
                .setTopic(topic)
                .addMessages(PubsubMessage.newBuilder().setData(PAYLOAD))
                .build();
        PublisherBlockingStub publisher = PublisherGrpc.newBlockingStub(channel);
        double[] millis = new double[PINGS];
        for (int i = -PINGS; i < PINGS; i++) {
            long sent = System.nanoTime();
            publisher.publish(request);
            double taken = (arrivals.take() - sent) / 1e6;
            if (i >= 0) {
                millis[i] = taken;
            }
        }
        stop(subscriber);
        Arrays.sort(millis);
        return millis;
    }

    private String createTopic() {
        Topic topic = Topic.newBuilder()
                .setName("projects/bench/topics/t-" + UUID.randomUUID())
                .build();
        return PublisherGrpc.newBlockingStub(channel).createTopic(topic).getName();
    }

    private String createSubscription(String topic) {
        Subscription subscription = Subscription.newBuilder()
                .setName("projects/bench/subscriptions/s-" + UUID.randomUUID())
                .setTopic(topic)
                .setAckDeadlineSeconds(60)
                .build();
        return SubscriberGrpc.newBlockingStub(channel)
                .createSubscription(subscription)
                .getName();
    }

    private void publish(String topic, int messages) throws Exception {
        Publisher publisher = Publisher.newBuilder(topic)
                .setChannelProvider(FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setBatchingSettings(BATCHES)
                .build();
        List<ApiFuture<String>> ids = new ArrayList<>();
        PubsubMessage message = PubsubMessage.newBuilder().setData(PAYLOAD).build();
        for (int i = 0; i < messages; i++) {
            ids.add(publisher.publish(message));
        }
        ApiFutures.allAsList(ids).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        publisher.shutdown();
    }

    private Subscriber subscribe(String subscription, CountDownLatch missing) {
        return subscriber(subscription, (message, reply) -> {
            reply.ack();
            missing.countDown();
        });
    }

    private Subscriber subscriber(String subscription, MessageReceiver receiver) {
        Subscriber subscriber = Subscriber.newBuilder(subscription, receiver)
                .setChannelProvider(FixedTransportChannelProvider.create(GrpcTransportChannel.create(channel)))
                .setCredentialsProvider(NoCredentialsProvider.create())
                .setFlowControlSettings(FlowControlSettings.newBuilder()
                        .setMaxOutstandingElementCount(10_000L)
                        .build())
                .build();
        subscriber.startAsync().awaitRunning();
        return subscriber;
    }

    private static void await(CountDownLatch missing) throws InterruptedException {
        if (!missing.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException(missing.getCount() + " messages did not arrive");
        }
    }

    private static void stop(Subscriber subscriber) throws Exception {
        subscriber.stopAsync().awaitTerminated(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static double percentile(double[] sorted, double share) {
        return sorted[(int) (share * (sorted.length - 1))];
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e6;
    }

    private static void row(String what, String format, double value) {
        System.out.printf("| %-52s | %18s |%n", what, format.formatted(value));
    }
}
