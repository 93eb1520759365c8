package com.aiprod.pipeline.telemetry;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.ResultMessage;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * What routes count and time, under names that begin with {@code aiprod}. Every label has a fixed set of values, and a
 * counter is there from the start with 0 for each: Prometheus sees no rise in a counter that begins with 1.
 */
public final class JobMetrics {

    private static final Duration[] WAITS = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800);
    private static final Duration[] RUNS = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120);

    private static final String NO_CODE = "none";
    /** As rescue-jobs.sql gives it. */
    private static final String GIVEN_UP_CODE = "ATTEMPTS_EXHAUSTED";

    private static final List<String> OUTCOMES =
            List.of("created", "replayed", "conflict", "invalid", "limited", "refused", "failed");

    private final MeterRegistry registry;

    JobMetrics(MeterRegistry registry) {
        this.registry = registry;
        OUTCOMES.forEach(this::submissions);
        ended("completed", NO_CODE);
        ended("cancelled", NO_CODE);
        ErrorCodeLabel.ALL.forEach(code -> ended("failed", code));
        ErrorCodeLabel.ALL.forEach(this::deadLetters);
        List.of("attempt-job", "publish-dead-letter").forEach(this::retries);
        List.of("lease expired", "message lost").forEach(this::rescues);
        List.of("disowned", "unrenewed").forEach(this::leasesLost);
    }

    /** Counts the submission that the exchange is, by how it will have ended. */
    public void submission(Exchange exchange) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                submissions(outcome(done)).increment();
            }

            /** Not by the copy that wakes the dispatcher, which is thrown away where it is awake already. */
            @Override
            public boolean allowHandover() {
                return false;
            }
        });
    }

    private static String outcome(Exchange done) {
        int status =
                done.isFailed() ? 500 : done.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 200, Integer.class);
        return switch (status) {
            case 200, 202 -> done.getMessage().getHeader("Idempotent-Replayed") == null ? "created" : "replayed";
            case 400 -> "invalid";
            case 422 -> "conflict";
            case 429 -> "limited";
            default -> status < 500 ? "refused" : "failed";
        };
    }

    /** @param row of claim-job.sql for a claimed job */
    public void claimed(Map<String, Object> row) {
        timer(
                        "aiprod.job.queue.wait",
                        "From submission, redrive or the end of the attempt before to the claim by a worker",
                        WAITS,
                        Tag.of("priority", (String) row.get("priority")))
                .record(duration((Double) row.get("waited_sec")));
    }

    /** An attempt is over, its retries included. */
    public void ran(String preset, ResultMessage result) {
        timer(
                        "aiprod.job.run",
                        "An attempt from its claim to its result, with its retries and the pauses between them",
                        RUNS,
                        Tag.of("preset", presetLabel(preset)),
                        Tag.of("outcome", result.status().name()))
                .record(Duration.ofMillis(result.processingTimeMs()));
    }

    /** A stage of the pipeline is over. */
    void staged(String preset, String stage, Duration time) {
        timer(
                        "aiprod.job.stage",
                        "One try of a stage of the pipeline, by the id of its route",
                        RUNS,
                        Tag.of("preset", presetLabel(preset)),
                        Tag.of("stage", stage))
                .record(time);
    }

    /**
     * A result was recorded.
     *
     * @param row of record-result.sql, whose outcome is 'recorded'
     * @param errorCode null after a success
     */
    public void recorded(Map<String, Object> row, String errorCode) {
        if (errorCode != null) {
            failed(errorCode);
            return;
        }
        ended("completed", NO_CODE).increment();
        timer(
                        "aiprod.job.duration",
                        "A completed job from its submission or redrive to the recorded result",
                        WAITS,
                        Tag.of("preset", presetLabel((String) row.get("preset"))))
                .record(duration((Double) row.get("total_sec")));
    }

    /** A job failed for good. */
    public void failed(String errorCode) {
        ended("failed", ErrorCodeLabel.of(errorCode)).increment();
    }

    /** A job failed with its last lost worker, and a dead letter was kept with it. */
    public void givenUp() {
        failed(GIVEN_UP_CODE);
        deadLetter(GIVEN_UP_CODE);
    }

    /** A job was cancelled. */
    public void cancelled() {
        ended("cancelled", NO_CODE).increment();
    }

    /** A dead letter was kept. */
    public void deadLetter(String errorCode) {
        deadLetters(ErrorCodeLabel.of(errorCode)).increment();
    }

    /** A stuck job was moved. */
    public void rescued(String reason) {
        rescues(reason).increment();
    }

    void retried(String route) {
        retries(route).increment();
    }

    public void leaseLost(String reason) {
        leasesLost(reason).increment();
    }

    private Counter submissions(String outcome) {
        return counter(
                "aiprod.submissions",
                "Requests for a job that reached the route submit-job",
                Tag.of("outcome", outcome));
    }

    private Counter ended(String state, String code) {
        return counter("aiprod.jobs.ended", "Jobs that came to an end", Tag.of("state", state), Tag.of("code", code));
    }

    private Counter deadLetters(String code) {
        return counter("aiprod.dead.letters", "Dead letters kept", Tag.of("code", code));
    }

    private Counter retries(String route) {
        return counter(
                "aiprod.retries", "Further tries of what may pass, by the route that tries", Tag.of("route", route));
    }

    private Counter rescues(String reason) {
        return counter(
                "aiprod.jobs.rescued", "Stuck jobs that were sent out again or given up", label("reason", reason));
    }

    private Counter leasesLost(String reason) {
        return counter(
                "aiprod.leases.lost",
                "Running jobs that stopped being this worker's: cancelled or taken over, or not renewed in time",
                Tag.of("reason", reason));
    }

    private Counter counter(String name, String description, Tag... tags) {
        return Counter.builder(name)
                .description(description)
                .tags(List.of(tags))
                .register(registry);
    }

    private Timer timer(String name, String description, Duration[] buckets, Tag... tags) {
        return Timer.builder(name)
                .description(description)
                .serviceLevelObjectives(buckets)
                .tags(List.of(tags))
                .register(registry);
    }

    private static Tag label(String name, String text) {
        return Tag.of(name, text.toLowerCase(Locale.ROOT).replace(' ', '_'));
    }

    /** The database may hold jobs of presets that this version does not know. */
    private static String presetLabel(String preset) {
        return Preset.byId(preset).map(Preset::id).orElse("other");
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private static Duration[] seconds(double... seconds) {
        return Arrays.stream(seconds).mapToObj(JobMetrics::duration).toArray(Duration[]::new);
    }
}
