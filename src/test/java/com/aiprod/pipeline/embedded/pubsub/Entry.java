package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.PubsubMessage;

/**
 * One message of a subscription that is not acked yet. It is in one of three states: leased to a consumer,
 * backing off until {@link #dueAt}, or ready to be delivered. Guarded by the lock of its {@link SubscriptionQueue}.
 */
final class Entry {
    final long sequence;
    final PubsubMessage message;
    final Lane lane;
    final int bytes;

    /** When the lease or the back-off ends, as {@link System#nanoTime()} read by the queue. */
    long dueAt;

    /** How often this message was nacked or its lease expired. */
    int failures;

    private long generation;
    private Consumer holder;
    private boolean backingOff;

    Entry(long sequence, PubsubMessage message, Lane lane) {
        this.sequence = sequence;
        this.message = message;
        this.lane = lane;
        this.bytes = message.getSerializedSize();
    }

    /** Returns the number of the lease. An ack ID of an earlier lease is no longer valid. */
    long generation() {
        return generation;
    }

    Consumer holder() {
        return holder;
    }

    boolean isLeased() {
        return holder != null;
    }

    boolean isReady() {
        return holder == null && !backingOff;
    }

    void lease(Consumer consumer, long until) {
        holder = consumer;
        dueAt = until;
        generation++;
    }

    void backOff(long until) {
        holder = null;
        dueAt = until;
        backingOff = true;
    }

    void makeReady() {
        holder = null;
        backingOff = false;
    }
}
