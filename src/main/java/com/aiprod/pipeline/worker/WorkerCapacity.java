package com.aiprod.pipeline.worker;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;

/** What this worker tells the database each second, so that no more jobs are on their way than workers can soon start. */
public final class WorkerCapacity {

    private static final double NANOS = 1e9;

    private final RunningAttempts attempts;
    private final ObjectProvider<HealthIndicator> subscriptions;
    private final LongAdder claims = new LongAdder();
    private double reached;
    private long toldAt = System.nanoTime();

    /** @param subscriptions whether messages can come; a worker without them takes no jobs */
    WorkerCapacity(RunningAttempts attempts, ObjectProvider<HealthIndicator> subscriptions) {
        this.attempts = attempts;
        this.subscriptions = subscriptions;
    }

    /** @param row of claim-job.sql for a claimed job */
    public void claimed(Map<String, Object> row) {
        claims.increment();
        if (row.get("published_sec") instanceof Double published) {
            reach(published);
        }
    }

    private synchronized void reach(double published) {
        reached = Math.max(reached, published);
    }

    /** Sets what announce-worker.sql binds but for the worker's id and lease. Claims count from one call to the next. */
    public synchronized void measure(Exchange exchange) {
        long now = System.nanoTime();
        double seconds = Math.max(1, (now - toldAt) / NANOS);
        toldAt = now;
        boolean listening = subscriptions.stream()
                .allMatch(indicator -> indicator.health().getStatus().equals(Status.UP));
        int slots = listening ? attempts.slots() : 0;
        Optional<Duration> free = slots > 0 ? attempts.freeFor() : Optional.empty();
        exchange.setVariable("slots", slots);
        exchange.setVariable("claimed", Math.round(claims.sumThenReset() / seconds));
        exchange.setVariable("freeSec", free.map(time -> time.toNanos() / NANOS).orElse(null));
        exchange.setVariable("reached", reached > 0 ? reached : null);
    }
}
