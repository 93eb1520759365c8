package com.aiprod.pipeline.operations;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;

/** What waits in the outbox, for whoever watches: it grows while Pub/Sub is away or workers do not keep up. */
public final class OutboxGauges {

    private volatile long depth;
    private volatile double ageSeconds;

    OutboxGauges(MeterRegistry registry) {
        Gauge.builder("aiprod.outbox.depth", () -> depth)
                .description("Jobs whose message has not gone out yet")
                .register(registry);
        Gauge.builder("aiprod.outbox.age", () -> ageSeconds)
                .description("How long the oldest of them has waited; 0 when none does")
                .baseUnit("seconds")
                .register(registry);
    }

    /** @param row of measure-outbox.sql */
    public void measured(Map<String, Number> row) {
        depth = row.get("depth").longValue();
        ageSeconds = row.get("age_seconds").doubleValue();
    }
}
