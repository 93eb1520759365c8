package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.PubsubMessage;

/**
 * One message that a subscription still has to get rid of. It is in one of three states: leased to a consumer,
 * backing off until {@link #dueAt}, or ready to be delivered. Guarded by the lock of its {@link SubscriptionQueue}.
 */
final class Entry {
    final long sequence;
    final PubsubMessage message;
    final Lane lane;
    final int bytes;

    /** When the lease ends, or the back-off; {@link System#nanoTime()} as read by the queue. */
    long dueAt;

    /** How often this message was nacked or its lease ran out. */
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

    /** Number of the lease: an ack id made for an earlier one no longer counts. */
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
