package com.aiprod.pipeline.messaging;

import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.MessageReceiver;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the messages of each subscription: those that this process holds, and the outcomes of the others. */
final class MessageMetrics {

    private final MeterRegistry registry;
    /** By subscription; survives the restart of a subscriber. */
    private final Map<String, AtomicInteger> leased = new ConcurrentHashMap<>();

    MessageMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    /** Wraps a receiver to count the messages that it gets and settles. */
    MessageReceiver count(String subscription, MessageReceiver receiver) {
        AtomicInteger held = leased.computeIfAbsent(subscription, this::leased);
        Counter acked = settled(subscription, "ack");
        Counter nacked = settled(subscription, "nack");
        return (message, reply) -> {
            held.incrementAndGet();
            receiver.receiveMessage(message, new AckReplyConsumer() {
                private final AtomicBoolean settled = new AtomicBoolean();

                @Override
                public void ack() {
                    count(acked);
                    reply.ack();
                }

                @Override
                public void nack() {
                    count(nacked);
                    reply.nack();
                }

                /** Only the first ack or nack counts, here and for the client. */
                private void count(Counter outcome) {
                    if (settled.compareAndSet(false, true)) {
                        held.decrementAndGet();
                        outcome.increment();
                    }
                }
            });
        };
    }

    private AtomicInteger leased(String subscription) {
        AtomicInteger held = new AtomicInteger();
        Gauge.builder("aiprod.pubsub.messages.leased", held::get)
                .description("Messages that this process holds and has neither acked nor nacked")
                .tag("subscription", subscription)
                .register(registry);
        return held;
    }

    private Counter settled(String subscription, String outcome) {
        return Counter.builder("aiprod.pubsub.messages.settled")
                .description("Messages that this process acked or nacked, by outcome")
                .tag("subscription", subscription)
                .tag("outcome", outcome)
                .register(registry);
    }
}
