package com.aiprod.pipeline.embedded.pubsub;

import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Messages of one subscription that must come in order: those of one ordering key, or a single one that has none.
 *
 * <p>Several messages of a lane may be out, but all with one consumer, its owner: with one at a time, the Java client,
 * which sends its acks every 100 ms, would get ten messages per second of a key. Guarded by the lock of its
 * {@link SubscriptionQueue}.
 */
final class Lane {
    private static final Comparator<Entry> BY_SEQUENCE = Comparator.comparingLong(entry -> entry.sequence);

    /** The ordering key; empty for the lane of a single message. */
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

    /** Whether the next message in order may be delivered now: one that backs off holds those behind it. */
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

    /** The leased messages from this one on, which must be delivered again when it is. */
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

    /** Lets any consumer have the next message once the owner holds none. */
    void disownIfNoneIsOut() {
        if (out.isEmpty() && owner != null) {
            owner.lanes.remove(this);
            owner = null;
        }
    }
}
