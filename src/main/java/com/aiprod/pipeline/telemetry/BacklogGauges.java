package com.aiprod.pipeline.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashMap;
import java.util.Map;

/** What the database says of all jobs, for whoever watches; every dispatcher shows the same. */
public final class BacklogGauges {

    private static final TypeReference<Map<String, Long>> COUNTS = new TypeReference<>() {};

    private final ObjectMapper json;
    private volatile Backlog backlog = new Backlog(0, 0, 0, 0, 0, 0, 0, Map.of());

    BacklogGauges(MeterRegistry registry, ObjectMapper json) {
        this.json = json;
        Gauge.builder("aiprod.outbox.depth", () -> backlog.outboxDepth)
                .description("Jobs whose message has not gone out yet")
                .register(registry);
        Gauge.builder("aiprod.outbox.age", () -> backlog.outboxAgeSeconds)
                .description("How long the oldest of them has waited; 0 when none does")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("aiprod.jobs", () -> backlog.queued)
                .description("Jobs that have not ended")
                .tag("state", "queued")
                .register(registry);
        Gauge.builder("aiprod.jobs", () -> backlog.processing)
                .description("Jobs that have not ended")
                .tag("state", "processing")
                .register(registry);
        Gauge.builder("aiprod.jobs.in.flight", () -> backlog.inFlight)
                .description("Jobs whose message is on its way to a worker")
                .register(registry);
        Gauge.builder("aiprod.jobs.in.flight.limit", () -> backlog.inFlightLimit)
                .description("How many may be, by what workers can soon start; 0 while no worker takes any")
                .register(registry);
        Gauge.builder("aiprod.oldest.waiting.job.age", () -> backlog.oldestWaitingSeconds)
                .description("How long the oldest job that waits for a worker has waited; 0 when none does")
                .baseUnit("seconds")
                .register(registry);
        ErrorCodeLabel.ALL.forEach(
                code -> Gauge.builder("aiprod.dead.letters.unsettled", () -> backlog.deadLetters.getOrDefault(code, 0L))
                        .description("Dead letters that nobody has redriven or discarded")
                        .tag("code", code)
                        .register(registry));
    }

    /** @param row of measure-backlog.sql */
    public void measured(Map<String, Object> row) throws JsonProcessingException {
        Map<String, Long> letters = new HashMap<>();
        json.readValue((String) row.get("dead_letters"), COUNTS)
                .forEach((code, count) -> letters.merge(ErrorCodeLabel.of(code), count, Long::sum));
        backlog = new Backlog(
                (Long) row.get("outbox_depth"),
                (Double) row.get("outbox_age_seconds"),
                (Long) row.get("jobs_queued"),
                (Long) row.get("jobs_processing"),
                (Long) row.get("jobs_in_flight"),
                (Long) row.get("jobs_in_flight_limit"),
                (Double) row.get("oldest_waiting_seconds"),
                letters);
    }

    private record Backlog(
            long outboxDepth,
            double outboxAgeSeconds,
            long queued,
            long processing,
            long inFlight,
            long inFlightLimit,
            double oldestWaitingSeconds,
            Map<String, Long> deadLetters) {}
}
