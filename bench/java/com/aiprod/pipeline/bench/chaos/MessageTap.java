package com.aiprod.pipeline.bench.chaos;

import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Receives jobs and results on its own subscriptions and can publish them again. */
final class MessageTap implements AutoCloseable {

    private static final List<String> TOPICS = List.of("aiprod-pipeline-jobs", "aiprod-pipeline-results");
    private static final int KEPT = 200;
    private static final int PULLED_AT_ONCE = 50;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final String project;
    private final ManagedChannel channel;
    private final Deque<PublishRequest> heard = new ArrayDeque<>();
    private volatile boolean closed;

    /** @param port the Pub/Sub server's own port, so that the tap bypasses network faults */
    MessageTap(String project, int port) {
        this.project = project;
        this.channel = ManagedChannelBuilder.forAddress("127.0.0.1", port)
                .usePlaintext()
                .build();
        for (String topic : TOPICS) {
            Thread listener = new Thread(() -> listen(topic), "tap-" + topic);
            listener.setDaemon(true);
            listener.start();
        }
    }

    private void listen(String topic) {
        while (!closed) {
            try {
                pull(topic);
            } catch (StatusRuntimeException e) {
                if (e.getStatus().getCode() == Status.Code.NOT_FOUND) {
                    subscribe(topic);
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void subscribe(String topic) {
        try {
            subscriber()
                    .createSubscription(Subscription.newBuilder()
                            .setName(subscription(topic))
                            .setTopic(topic(topic))
                            .setAckDeadlineSeconds(60)
                            .build());
        } catch (StatusRuntimeException e) {
            // The server is down or empty again; the next pull shows.
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    private void pull(String topic) {
        List<ReceivedMessage> messages = subscriber()
                .pull(PullRequest.newBuilder()
                        .setSubscription(subscription(topic))
                        .setMaxMessages(PULLED_AT_ONCE)
                        .build())
                .getReceivedMessagesList();
        for (ReceivedMessage message : messages) {
            keep(PublishRequest.newBuilder()
                    .setTopic(topic(topic))
                    .addMessages(PubsubMessage.newBuilder()
                            .setData(message.getMessage().getData())
                            .putAllAttributes(message.getMessage().getAttributesMap()))
                    .build());
        }
        if (!messages.isEmpty()) {
            subscriber()
                    .acknowledge(AcknowledgeRequest.newBuilder()
                            .setSubscription(subscription(topic))
                            .addAllAckIds(messages.stream()
                                    .map(ReceivedMessage::getAckId)
                                    .toList())
                            .build());
        }
    }

    private synchronized void keep(PublishRequest copy) {
        heard.add(copy);
        if (heard.size() > KEPT) {
            heard.remove();
        }
    }

    /**
     * Publishes recent messages again, newest first, so that old ones arrive after newer ones.
     *
     * @return how many Pub/Sub accepted
     */
    int repeat() {
        List<PublishRequest> copies;
        synchronized (this) {
            copies = List.copyOf(heard);
            heard.clear();
        }
        int sent = 0;
        for (int index = copies.size() - 1; index >= 0; index--) {
            PublishRequest copy = copies.get(index);
            sent += taken(() -> publisher().publish(copy)) ? 1 : 0;
        }
        return sent;
    }

    /**
     * Deletes a subscription with all its messages.
     *
     * @return whether there was one
     */
    boolean deleteSubscription(String id) {
        return taken(() -> subscriber()
                .deleteSubscription(DeleteSubscriptionRequest.newBuilder()
                        .setSubscription("projects/%s/subscriptions/%s".formatted(project, id))
                        .build()));
    }

    /**
     * Deletes and recreates a topic, which leaves its subscriptions without a topic.
     *
     * @return whether there was one
     */
    boolean remakeTopic(String id) {
        return taken(() -> publisher()
                        .deleteTopic(DeleteTopicRequest.newBuilder()
                                .setTopic(topic(id))
                                .build()))
                && taken(() -> publisher()
                        .createTopic(Topic.newBuilder().setName(topic(id)).build()))
                // The tap's own subscription no longer receives messages either. A later pull recreates it.
                && deleteSubscription("tap-" + id);
    }

    /** Returns false if the server is down or lost the object of the call in an earlier fault. */
    private static boolean taken(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    private PublisherGrpc.PublisherBlockingStub publisher() {
        return PublisherGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(5, TimeUnit.SECONDS);
    }

    private SubscriberGrpc.SubscriberBlockingStub subscriber() {
        return SubscriberGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(5, TimeUnit.SECONDS);
    }

    private String topic(String topic) {
        return "projects/%s/topics/%s".formatted(project, topic);
    }

    private String subscription(String topic) {
        return "projects/%s/subscriptions/tap-%s".formatted(project, topic);
    }

    @Override
    public void close() {
        closed = true;
        channel.shutdownNow();
    }
}
