package com.aiprod.pipeline.embedded.pubsub;

import com.google.protobuf.FieldMask;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * All topics and subscriptions, in memory only. This object's monitor guards creation and deletion and is
 * acquired before that of a topic or subscription. Publishing and pulling do not acquire it.
 */
final class Broker {
    /** The topic of a subscription whose topic was deleted, as in Google's Pub/Sub. */
    private static final String DELETED_TOPIC = "_deleted-topic_";

    private final ConcurrentSkipListMap<String, TopicFanout> topics = new ConcurrentSkipListMap<>();
    private final ConcurrentSkipListMap<String, SubscriptionQueue> subscriptions = new ConcurrentSkipListMap<>();
    private final ScheduledExecutorService timer;

    /** Starts at the current time in µs, so that IDs do not repeat after a restart. */
    private final AtomicLong nextMessageId = new AtomicLong(TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()));

    Broker(ScheduledExecutorService timer) {
        this.timer = timer;
    }

    synchronized Topic create(Topic wanted) {
        Topic topic = Settings.check(wanted);
        refuseDuplicate(topics, topic.getName());
        topics.put(topic.getName(), new TopicFanout(topic, () -> Long.toString(nextMessageId.getAndIncrement())));
        return topic;
    }

    synchronized Topic update(Topic change, FieldMask mask) {
        return topic(change.getName()).update(current -> Settings.update(current, change, mask));
    }

    TopicFanout topic(String name) {
        ResourceName.topic(name);
        TopicFanout topic = topics.get(name);
        if (topic == null) {
            throw notFound("Topic", name);
        }
        return topic;
    }

    NavigableMap<String, TopicFanout> topics() {
        return topics;
    }

    synchronized void deleteTopic(String name) {
        List<SubscriptionQueue> orphans = topic(name).subscriptions();
        topics.remove(name);
        orphans.forEach(orphan -> orphan.update(
                settings -> settings.toBuilder().setTopic(DELETED_TOPIC).build()));
    }

    synchronized Subscription create(Subscription wanted) {
        Subscription subscription = Settings.check(wanted);
        TopicFanout topic = topic(subscription.getTopic());
        checkDeadLetterTopic(subscription);
        refuseDuplicate(subscriptions, subscription.getName());
        SubscriptionQueue queue = new SubscriptionQueue(subscription, timer, topics::get);
        subscriptions.put(subscription.getName(), queue);
        topic.attach(queue);
        return subscription;
    }

    synchronized Subscription update(Subscription change, FieldMask mask) {
        return subscription(change.getName()).update(current -> {
            Subscription updated = Settings.update(current, change, mask);
            checkDeadLetterTopic(updated);
            return updated;
        });
    }

    SubscriptionQueue subscription(String name) {
        ResourceName.subscription(name);
        SubscriptionQueue subscription = subscriptions.get(name);
        if (subscription == null) {
            throw notFound("Subscription", name);
        }
        return subscription;
    }

    NavigableMap<String, SubscriptionQueue> subscriptions() {
        return subscriptions;
    }

    synchronized void deleteSubscription(String name) {
        SubscriptionQueue queue = subscription(name);
        subscriptions.remove(name);
        TopicFanout topic = topics.get(queue.settings().getTopic());
        if (topic != null) {
            topic.detach(queue);
        }
        queue.close(notFound("Subscription", name).getStatus());
    }

    /** Permanently detaches a subscription from its topic and drops its messages. */
    synchronized void detachSubscription(String name) {
        SubscriptionQueue queue = subscription(name);
        TopicFanout topic = topics.get(queue.settings().getTopic());
        if (topic != null) {
            topic.detach(queue);
        }
        queue.update(settings -> settings.toBuilder().setDetached(true).build());
        queue.close(Status.FAILED_PRECONDITION.withDescription("Subscription is detached (resource=" + name + ")."));
    }

    /** Drops everything. Waiting consumers see the server as unavailable. */
    synchronized void reset() {
        topics.clear();
        List<SubscriptionQueue> dropped = List.copyOf(subscriptions.values());
        subscriptions.clear();
        dropped.forEach(queue -> queue.close(Status.UNAVAILABLE.withDescription("The embedded Pub/Sub was reset.")));
    }

    private void checkDeadLetterTopic(Subscription subscription) {
        if (subscription.hasDeadLetterPolicy()) {
            topic(subscription.getDeadLetterPolicy().getDeadLetterTopic());
        }
    }

    private static void refuseDuplicate(NavigableMap<String, ?> existing, String name) {
        if (existing.containsKey(name)) {
            throw Status.ALREADY_EXISTS
                    .withDescription("Resource already exists in the project (resource=" + name + ").")
                    .asRuntimeException();
        }
    }

    private static StatusRuntimeException notFound(String kind, String name) {
        return Status.NOT_FOUND
                .withDescription(kind + " not found (resource=" + name + ").")
                .asRuntimeException();
    }
}
