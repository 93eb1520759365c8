package com.aiprod.pipeline.webhook;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * How many webhooks this process can send at a time, and how many bytes. What is claimed is sent at once and never waits
 * for a sender, so that its lease need only be longer than a try.
 */
public final class WebhookSlots {

    /** For writing down what came of a try, when PostgreSQL is slow. */
    private static final Duration RECORDING = Duration.ofSeconds(45);

    private final int slots;
    private final long maxBytes;
    private final Duration lease;
    private int taken;
    private long takenBytes;

    /** @param limit for all of a try */
    WebhookSlots(int slots, long maxBytes, Duration limit) {
        this.slots = slots;
        this.maxBytes = maxBytes;
        this.lease = limit.plus(RECORDING);
    }

    /**
     * Sets the variables {@code freeSlots}, {@code freeTrialSlots} (Integer: senders that are free, and how many of them
     * for receivers that may not work, which never get the last quarter), {@code freeBytes} (Long) and {@code leaseSec}
     * (Long).
     */
    public void offer(Exchange exchange) {
        int free = free();
        exchange.setVariable("freeSlots", free);
        exchange.setVariable("freeTrialSlots", Math.max(0, free - slots / 4));
        exchange.setVariable("freeBytes", freeBytes());
        exchange.setVariable("leaseSec", lease.toSeconds());
    }

    /** A sender is needed for a body of so many bytes. */
    public synchronized void take(int bytes) {
        taken++;
        takenBytes += bytes;
    }

    /** The sender that was {@link #take taken} for this exchange, whose body is the claimed row, is free when it is over. */
    public void giveBackAfter(Exchange exchange) {
        int bytes = (Integer) exchange.getMessage().getBody(Map.class).get("bytes");
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                giveBack(bytes);
            }

            /** Not by the copy that asks for the next, which is thrown away where somebody has asked already. */
            @Override
            public boolean allowHandover() {
                return false;
            }
        });
    }

    private synchronized void giveBack(int bytes) {
        taken--;
        takenBytes -= bytes;
    }

    synchronized int free() {
        return takenBytes < maxBytes ? slots - taken : 0;
    }

    private synchronized long freeBytes() {
        return Math.max(0, maxBytes - takenBytes);
    }
}
