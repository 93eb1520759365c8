package com.aiprod.pipeline.telemetry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.HashMap;
import java.util.Map;

/** Gauges for all jobs and pipelines in the database. Every dispatcher exports the same values. */
public final class BacklogGauges {

    private static final TypeReference<Map<String, Long>> COUNTS = new TypeReference<>() {};

    private final ObjectMapper json;
    private final MultiGauge refused;
    private volatile Backlog backlog = new Backlog(0, 0, 0, 0, 0, 0, 0, Map.of(), Map.of());

    BacklogGauges(MeterRegistry registry, ObjectMapper json) {
        this.json = json;
        Gauge.builder("aiprod.outbox.depth", () -> backlog.outboxDepth)
                .description("Jobs whose message is not published yet")
                .register(registry);
        Gauge.builder("aiprod.outbox.age", () -> backlog.outboxAgeSeconds)
                .description("Age of the oldest unpublished job message; 0 when there is none")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("aiprod.jobs", () -> backlog.queued)
                .description("Jobs that have not ended, by state")
                .tag("state", "queued")
                .register(registry);
        Gauge.builder("aiprod.jobs", () -> backlog.processing)
                .description("Jobs that have not ended, by state")
                .tag("state", "processing")
                .register(registry);
        Gauge.builder("aiprod.jobs.in.flight", () -> backlog.inFlight)
                .description("Jobs whose message is published and not yet claimed by a worker")
                .register(registry);
        Gauge.builder("aiprod.jobs.in.flight.limit", () -> backlog.inFlightLimit)
                .description("Limit for jobs in flight, from worker capacity; 0 while no worker accepts jobs")
                .register(registry);
        Gauge.builder("aiprod.oldest.waiting.job.age", () -> backlog.oldestWaitingSeconds)
                .description("Waiting time of the oldest queued job; 0 when no job waits")
                .baseUnit("seconds")
                .register(registry);
        ErrorCodeLabel.ALL.forEach(
                code -> Gauge.builder("aiprod.dead.letters.unsettled", () -> backlog.deadLetters.getOrDefault(code, 0L))
                        .description("Dead letters that are not redriven, discarded, or settled")
                        .tag("code", code)
                        .register(registry));
        refused = MultiGauge.builder("aiprod.pipeline.refused")
                .description("1 while the files of the pipeline are refused and an earlier revision, or none, is live")
                .register(registry);
    }

    /** @param row the row of measure-backlog.sql */
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
                letters,
                json.readValue((String) row.get("pipelines_refused"), COUNTS));
        // Keeps the gauges of known pipelines, and removes those of pipelines that are gone.
        refused.register(
                backlog.refused.keySet().stream()
                        .map(pipeline ->
                                Row.of(Tags.of("pipeline", pipeline), () -> backlog.refused.getOrDefault(pipeline, 0L)))
                        .toList(),
                false);
    }

    private record Backlog(
            long outboxDepth,
            double outboxAgeSeconds,
            long queued,
            long processing,
            long inFlight,
            long inFlightLimit,
            double oldestWaitingSeconds,
            Map<String, Long> deadLetters,
            Map<String, Long> refused) {}
}
