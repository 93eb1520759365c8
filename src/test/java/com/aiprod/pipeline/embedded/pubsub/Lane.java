package com.aiprod.pipeline.embedded.pubsub;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Messages of one subscription to deliver in order: those of one ordering key, or a single message without a key.
 *
 * <p>Several messages of a lane may be outstanding, but only at one consumer, its owner. With one at a time, the Java
 * client, which sends acks every 100 ms, would get ten messages of a key per second. Guarded by the lock of its
 * {@link SubscriptionQueue}.
 */
final class Lane {
    private static final Comparator<Entry> BY_SEQUENCE = Comparator.comparingLong(entry -> entry.sequence);

    /** The ordering key, or empty for the lane of a single message. */
    final String key;

    private final TreeSet<Entry> waiting = new TreeSet<>(BY_SEQUENCE);
    private final TreeSet<Entry> out = new TreeSet<>(BY_SEQUENCE);
    private Consumer owner;

    Lane(String key) {
        this.key = key;
    }

    Consumer owner() {
        return owner;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && out.isEmpty();
    }

    /** Returns whether the next message may be delivered now. A message in back-off blocks those behind it. */
    boolean isReady() {
        return !waiting.isEmpty() && waiting.first().isReady();
    }

    void add(Entry entry) {
        waiting.add(entry);
    }

    Entry deliverNextTo(Consumer consumer) {
        owner = consumer;
        Entry entry = waiting.pollFirst();
        out.add(entry);
        return entry;
    }

    /** Returns the leased messages from this one on, which must be redelivered together with it. */
    List<Entry> leasedFrom(Entry entry) {
        return List.copyOf(out.tailSet(entry, true));
    }

    void takeBack(Entry entry) {
        out.remove(entry);
        waiting.add(entry);
    }

    void remove(Entry entry) {
        out.remove(entry);
        waiting.remove(entry);
    }

    /** Releases the lane to any consumer if the owner holds no message. */
    void disownIfNoneIsOut() {
        if (out.isEmpty() && owner != null) {
            owner.lanes.remove(this);
            owner = null;
        }
    }
}
