package com.aiprod.pipeline.worker;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/**
 * The capacity that this worker reports to the database each second. It limits the jobs in flight to what workers can
 * soon start.
 */
public final class WorkerCapacity {

    private static final double NANOS = 1e9;

    /**
     * Jobs per second and slot from which on jobs are short, or below which they no longer are. Google's client sends its
     * acks every 100 ms, so a worker that leases one message per slot claims 10 at most.
     */
    private static final int SHORT_FROM = 4;

    private static final int LONG_BELOW = 1;

    private final Slots slots;
    private final ObjectProvider<HealthIndicator> subscriptions;
    private final Duration idle;
    private final LongAdder claims = new LongAdder();
    private double reached;
    private long reportedAt = System.nanoTime();
    /** When jobs were last short, as {@link System#nanoTime()}. */
    private long shortAt = reportedAt;

    /**
     * @param subscriptions whether messages can arrive; without them, the worker accepts no jobs
     * @param idle how long jobs still count as short while they leave slots free: a subscriber that stops may keep
     *     messages that are on their way to it, so it must not do so in every pause of the work
     */
    WorkerCapacity(Slots slots, ObjectProvider<HealthIndicator> subscriptions, Duration idle) {
        this.slots = slots;
        this.subscriptions = subscriptions;
        this.idle = idle;
    }

    /** @param row the row of claim-job.sql for a claimed job */
    public void claimed(Map<String, Object> row) {
        claims.increment();
        if (row.get("published_sec") instanceof Double published) {
            reach(published);
        }
    }

    private synchronized void reach(double published) {
        reached = Math.max(reached, published);
    }

    /**
     * Sets the variables that announce-worker.sql binds, except the worker's ID and lease. Claims are counted from one
     * call to the next. Also sets {@code pace}, if jobs have just become {@code short} or {@code long}.
     */
    public synchronized void measure(Exchange exchange) {
        long now = System.nanoTime();
        double seconds = Math.max(1, (now - reportedAt) / NANOS);
        reportedAt = now;
        boolean listening = subscriptions.stream()
                .allMatch(indicator -> indicator.health().getStatus().equals(Status.UP));
        int offered = listening ? slots.offered() : 0;
        Optional<Duration> free = offered > 0 ? slots.freeFor() : Optional.empty();
        exchange.setVariable("slots", offered);
        long claimed = Math.round(claims.sumThenReset() / seconds);
        exchange.setVariable("claimed", claimed);
        boolean wereShort = slots.leasesAhead();
        boolean areShort = offered > 0 && (wereShort ? stillShort(claimed, now) : claimed >= atLeast(SHORT_FROM));
        if (areShort != wereShort) {
            shortAt = now;
            slots.leaseAhead(areShort);
            exchange.setVariable("pace", areShort ? "short" : "long");
        }
        exchange.setVariable("freeSec", free.map(time -> time.toNanos() / NANOS).orElse(null));
        exchange.setVariable("reached", reached > 0 ? reached : null);
    }

    private boolean stillShort(long claimed, long now) {
        if (claimed >= atLeast(LONG_BELOW)) {
            shortAt = now;
            return true;
        }
        return slots.freeFor().isPresent() && now - shortAt < idle.toNanos();
    }

    private long atLeast(int perSlot) {
        return (long) perSlot * slots.count();
    }
}
