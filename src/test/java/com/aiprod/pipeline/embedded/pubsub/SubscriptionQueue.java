package com.aiprod.pipeline.embedded.pubsub;

import com.google.common.math.LongMath;
import com.google.protobuf.util.Durations;
import com.google.pubsub.v1.DeadLetterPolicy;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.RetryPolicy;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The unacked messages of one subscription, and its consumers.
 *
 * <p>There is no polling: each event that may allow a delivery triggers it (a publish, an ack, a nack, a stream
 * that became ready or joined, a lease or back-off that ended). This object's monitor guards all state. Dead
 * letters are published after it is released, because their topic may feed this same subscription.
 */
final class SubscriptionQueue {
    private final long incarnation = ThreadLocalRandom.current().nextLong();
    private final ScheduledExecutorService timer;
    private final Function<String, TopicFanout> topics;

    private final Map<Long, Entry> unacked = new HashMap<>();
    private final Map<String, Lane> lanesByKey = new HashMap<>();
    /** Lanes with deliverable messages and without an owner, the longest waiting first. */
    private final Set<Lane> ready = new LinkedHashSet<>();
    /** Leased and backing-off entries, ordered by their end. */
    private final TreeSet<Entry> due =
            new TreeSet<>(Comparator.<Entry>comparingLong(entry -> entry.dueAt).thenComparingLong(e -> e.sequence));

    private final Queue<Consumer> consumers = new ArrayDeque<>();
    private Subscription settings;
    private long nextSequence = 1;
    private ScheduledFuture<?> wakeUp;
    private long wakeUpAt;
    /** Why the queue is closed, or null while it is open. */
    private Status closed;

    /** @param topics returns the dead-letter topic of a name, or null if there is none */
    SubscriptionQueue(Subscription settings, ScheduledExecutorService timer, Function<String, TopicFanout> topics) {
        this.settings = settings;
        this.timer = timer;
        this.topics = topics;
    }

    synchronized Subscription settings() {
        return settings;
    }

    synchronized Subscription update(UnaryOperator<Subscription> change) {
        settings = change.apply(settings);
        return settings;
    }

    synchronized void enqueue(List<PubsubMessage> messages) {
        if (closed != null) {
            return;
        }
        for (PubsubMessage message : messages) {
            boolean ordered = settings.getEnableMessageOrdering()
                    && !message.getOrderingKey().isEmpty();
            Lane lane = ordered ? lanesByKey.computeIfAbsent(message.getOrderingKey(), Lane::new) : new Lane("");
            Entry entry = new Entry(nextSequence++, message, lane);
            unacked.put(entry.sequence, entry);
            lane.add(entry);
            queue(lane);
        }
        dispatch();
    }

    synchronized void join(Consumer consumer) {
        if (closed != null) {
            consumer.fail(closed);
            return;
        }
        consumers.add(consumer);
        dispatch();
    }

    /** Removes a consumer. Its messages stay leased until acked, nacked, or expired, as in Google's Pub/Sub. */
    synchronized boolean leave(Consumer consumer) {
        return consumers.remove(consumer);
    }

    /** Like {@link #leave(Consumer)}, then runs {@code farewell}, atomically, so that a consumer ends only once. */
    synchronized void leave(Consumer consumer, Runnable farewell) {
        if (consumers.remove(consumer)) {
            farewell.run();
        }
    }

    /** Runs the action on a consumer if it still belongs to this queue. */
    synchronized void with(Consumer consumer, Runnable action) {
        if (consumers.contains(consumer)) {
            action.run();
        }
    }

    /** Delivers messages after a consumer became ready for more. */
    synchronized void wake() {
        dispatch();
    }

    synchronized void acknowledge(Collection<AckId> ackIds) {
        for (AckId ackId : ackIds) {
            Entry entry = leased(ackId);
            if (entry != null) {
                due.remove(entry);
                entry.holder().release(entry);
                discard(entry);
                settle(entry.lane);
            }
        }
        dispatch();
    }

    /**
     * Changes the end of leases, or nacks.
     *
     * @param seconds the remaining lease of each ack ID from now on; 0 nacks
     */
    void modifyAckDeadlines(Map<AckId, Integer> seconds) {
        List<DeadLetter> dead = new ArrayList<>();
        synchronized (this) {
            long now = System.nanoTime();
            seconds.forEach((ackId, deadline) -> {
                Entry entry = leased(ackId);
                if (entry == null) {
                    return;
                }
                if (deadline == 0) {
                    fail(entry, now, dead);
                } else {
                    due.remove(entry);
                    entry.dueAt = now + TimeUnit.SECONDS.toNanos(deadline);
                    due.add(entry);
                }
            });
            dispatch();
        }
        dead.forEach(DeadLetter::publish);
    }

    /** Drops everything and ends all current and future consumers with the status. */
    synchronized void close(Status status) {
        closed = status;
        stopWakeUp();
        unacked.clear();
        lanesByKey.clear();
        ready.clear();
        due.clear();
        consumers.forEach(consumer -> consumer.fail(status));
        consumers.clear();
    }

    private Entry leased(AckId ackId) {
        Entry entry = ackId.incarnation() == incarnation ? unacked.get(ackId.sequence()) : null;
        return entry != null && entry.isLeased() && entry.generation() == ackId.generation() ? entry : null;
    }

    private void fail(Entry failed, long now, List<DeadLetter> dead) {
        failed.failures++;
        for (Entry entry : failed.lane.leasedFrom(failed)) {
            due.remove(entry);
            entry.holder().release(entry);
            entry.lane.takeBack(entry);
            entry.makeReady();
        }
        TopicFanout deadLetterTopic = deadLetterTopicFor(failed);
        if (deadLetterTopic != null) {
            discard(failed);
            dead.add(DeadLetter.of(failed, settings.getName(), deadLetterTopic));
        } else if (settings.hasRetryPolicy()) {
            failed.backOff(now + backOffNanos(settings.getRetryPolicy(), failed.failures));
            due.add(failed);
        }
        settle(failed.lane);
    }

    /** Returns null while the message has attempts left, or if the topic is deleted: then it stays, as in Google's. */
    private TopicFanout deadLetterTopicFor(Entry failed) {
        DeadLetterPolicy policy = settings.getDeadLetterPolicy();
        return settings.hasDeadLetterPolicy() && failed.failures >= policy.getMaxDeliveryAttempts()
                ? topics.apply(policy.getDeadLetterTopic())
                : null;
    }

    /** Exponential, as in Google's Pub/Sub: the minimum after the first failure, doubling up to the maximum. */
    private static long backOffNanos(RetryPolicy policy, int failures) {
        long minimum = Durations.toNanos(policy.getMinimumBackoff());
        long maximum = Durations.toNanos(policy.getMaximumBackoff());
        return Math.min(maximum, LongMath.saturatedMultiply(minimum, LongMath.saturatedPow(2, failures - 1)));
    }

    private void discard(Entry entry) {
        unacked.remove(entry.sequence);
        entry.lane.remove(entry);
    }

    /** Requeues a lane after a change. */
    private void settle(Lane lane) {
        lane.disownIfNoneIsOut();
        if (lane.isEmpty()) {
            lanesByKey.remove(lane.key, lane);
        }
        queue(lane);
    }

    private void queue(Lane lane) {
        Set<Lane> queue = lane.owner() == null ? ready : lane.owner().lanes;
        if (lane.isReady()) {
            queue.add(lane);
        } else {
            queue.remove(lane);
        }
    }

    /** Gives one message at a time to each consumer in turn until no message is ready or no consumer has room. */
    private void dispatch() {
        long now = System.nanoTime();
        boolean sent;
        do {
            int passed = 0;
            sent = false;
            while (passed < consumers.size()) {
                Consumer consumer = consumers.remove();
                consumers.add(consumer);
                Lane lane = consumer.hasRoom() ? consumer.pollLane(ready) : null;
                if (lane == null) {
                    passed++;
                } else {
                    passed = 0;
                    sent = true;
                    deliver(lane, consumer, now);
                }
            }
            consumers.removeIf(consumer -> consumer.flush(settings));
        } while (sent);
        scheduleWakeUp();
    }

    private void deliver(Lane lane, Consumer consumer, long now) {
        Entry entry = lane.deliverNextTo(consumer);
        entry.lease(consumer, now + TimeUnit.SECONDS.toNanos(consumer.ackDeadlineSeconds(settings)));
        due.add(entry);
        queue(lane);
        ReceivedMessage.Builder received = ReceivedMessage.newBuilder()
                .setAckId(new AckId(incarnation, entry.sequence, entry.generation()).toString())
                .setMessage(entry.message);
        if (settings.hasDeadLetterPolicy()) {
            received.setDeliveryAttempt(entry.failures + 1);
        }
        consumer.take(entry, received.build());
    }

    private void scheduleWakeUp() {
        if (due.isEmpty()) {
            return;
        }
        long first = due.first().dueAt;
        if (wakeUp == null || first < wakeUpAt) {
            stopWakeUp();
            wakeUpAt = first;
            wakeUp = timer.schedule(this::endDue, first - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
    }

    private void stopWakeUp() {
        if (wakeUp != null) {
            wakeUp.cancel(false);
            wakeUp = null;
        }
    }

    private void endDue() {
        List<DeadLetter> dead = new ArrayList<>();
        synchronized (this) {
            stopWakeUp();
            long now = System.nanoTime();
            while (!due.isEmpty() && due.first().dueAt <= now) {
                Entry entry = due.pollFirst();
                if (entry.isLeased()) {
                    fail(entry, now, dead);
                } else {
                    entry.makeReady();
                    queue(entry.lane);
                }
            }
            dispatch();
        }
        dead.forEach(DeadLetter::publish);
    }
}
