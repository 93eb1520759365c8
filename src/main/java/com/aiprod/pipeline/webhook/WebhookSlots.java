package com.aiprod.pipeline.webhook;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Limits how many webhooks, and how many bytes, this process sends at a time. A claimed webhook is sent at once and
 * never waits for a sender, so its lease only needs to be longer than an attempt.
 */
public final class WebhookSlots {

    /** Time to record the result of an attempt if PostgreSQL is slow. */
    private static final Duration RECORDING = Duration.ofSeconds(45);

    private final int slots;
    private final long maxBytes;
    private final Duration lease;
    private int taken;
    private long takenBytes;

    /** @param limit for a whole attempt */
    WebhookSlots(int slots, long maxBytes, Duration limit) {
        this.slots = slots;
        this.maxBytes = maxBytes;
        this.lease = limit.plus(RECORDING);
    }

    /**
     * Sets the variables {@code freeSlots} (Integer, the free senders), {@code freeTrialSlots} (Integer, how many of
     * them are for receivers that might not work, which never get the last quarter), {@code freeBytes} (Long) and
     * {@code leaseSec} (Long).
     */
    public void offer(Exchange exchange) {
        int free = free();
        exchange.setVariable("freeSlots", free);
        exchange.setVariable("freeTrialSlots", Math.max(0, free - slots / 4));
        exchange.setVariable("freeBytes", freeBytes());
        exchange.setVariable("leaseSec", lease.toSeconds());
    }

    /** Takes a sender for a body of the given size. */
    public synchronized void take(int bytes) {
        taken++;
        takenBytes += bytes;
    }

    /**
     * Frees the sender that was {@link #take taken} for this exchange, whose body is the claimed row, when it is done.
     */
    public void giveBackAfter(Exchange exchange) {
        int bytes = (Integer) exchange.getMessage().getBody(Map.class).get("bytes");
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                giveBack(bytes);
            }

            /** Not by the copy that asks for the next webhook, which is discarded if one is already queued. */
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
