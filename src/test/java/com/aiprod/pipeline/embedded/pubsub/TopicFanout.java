package com.aiprod.pipeline.embedded.pubsub;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * One topic: delivers each message to its current subscriptions, to all in the same order. Its monitor
 * is acquired before that of a subscription, never after.
 */
final class TopicFanout {
    private final Supplier<String> messageIds;
    private final List<SubscriptionQueue> subscriptions = new ArrayList<>();
    private Topic settings;

    TopicFanout(Topic settings, Supplier<String> messageIds) {
        this.settings = settings;
        this.messageIds = messageIds;
    }

    synchronized Topic settings() {
        return settings;
    }

    synchronized Topic update(UnaryOperator<Topic> change) {
        settings = change.apply(settings);
        return settings;
    }

    synchronized List<SubscriptionQueue> subscriptions() {
        return List.copyOf(subscriptions);
    }

    synchronized void attach(SubscriptionQueue subscription) {
        subscriptions.add(subscription);
    }

    synchronized void detach(SubscriptionQueue subscription) {
        subscriptions.remove(subscription);
    }

    /** Publishes to all subscriptions and returns the message IDs in order. */
    synchronized List<String> publish(List<PubsubMessage> messages) {
        Timestamp now = Timestamps.now();
        List<PubsubMessage> published = messages.stream()
                .map(message -> message.toBuilder()
                        .setMessageId(messageIds.get())
                        .setPublishTime(now)
                        .build())
                .toList();
        subscriptions.forEach(subscription -> subscription.enqueue(published));
        return published.stream().map(PubsubMessage::getMessageId).toList();
    }
}
