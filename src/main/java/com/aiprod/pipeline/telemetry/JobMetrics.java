package com.aiprod.pipeline.telemetry;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
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
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

/**
 * Counters and timers for the routes, with names that begin with {@code aiprod}. Each label has a fixed set of values,
 * and each counter starts at 0 for all of them: Prometheus sees no increase in a counter that starts at 1.
 */
public final class JobMetrics {

    private static final Duration[] WAITS = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800);
    private static final Duration[] RUNS = seconds(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 90, 120);

    private static final String NO_CODE = "none";
    /** The code that rescue-jobs.sql sets. */
    private static final String GIVEN_UP_CODE = "ATTEMPTS_EXHAUSTED";

    private static final List<String> OUTCOMES =
            List.of("created", "replayed", "conflict", "invalid", "limited", "refused", "failed");

    private final MeterRegistry registry;
    private final Presets presets;

    /** @param presets the labels of presets that jobs may have */
    JobMetrics(MeterRegistry registry, Presets presets) {
        this.registry = registry;
        this.presets = presets;
        OUTCOMES.forEach(this::submissions);
        ended("completed", NO_CODE);
        ended("cancelled", NO_CODE);
        ErrorCodeLabel.ALL.forEach(code -> ended("failed", code));
        ErrorCodeLabel.ALL.forEach(this::deadLetters);
        List.of("attempt-job", "publish-dead-letter").forEach(this::retries);
        List.of("lease expired", "message lost").forEach(this::rescues);
        List.of("disowned", "unrenewed").forEach(this::leasesLost);
    }

    /** Counts the submission of this exchange by its outcome, when the exchange is done. */
    public void submission(Exchange exchange) {
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                submissions(outcome(done)).increment();
            }

            /**
             * Keeps the count with this exchange. The copy that wakes the dispatcher is discarded if the dispatcher is
             * already awake.
             */
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

    /** @param row the row of claim-job.sql for a claimed job */
    public void claimed(Map<String, Object> row) {
        timer(
                        "aiprod.job.queue.wait",
                        "Time from submission, redrive, or the end of the previous attempt to the claim by a worker",
                        WAITS,
                        Tag.of("priority", (String) row.get("priority")))
                .record(duration((Double) row.get("waited_sec")));
    }

    /** Records an attempt that has ended, including its retries. */
    public void ran(String pipeline, String preset, ResultMessage result) {
        timer(
                        "aiprod.job.run",
                        "Duration of an attempt from claim to result, including retries and the pauses between them",
                        RUNS,
                        Tag.of("pipeline", Objects.requireNonNullElse(pipeline, "none")),
                        Tag.of("preset", presetLabel(preset)),
                        Tag.of("outcome", result.status().name()))
                .record(Duration.ofMillis(result.processingTimeMs()));
    }

    /** Records one try of a pipeline stage. */
    void staged(String pipeline, String preset, String stage, Duration time) {
        timer(
                        "aiprod.job.stage",
                        "Duration of one try of a pipeline stage, by route ID",
                        RUNS,
                        Tag.of("pipeline", pipeline),
                        Tag.of("preset", presetLabel(preset)),
                        Tag.of("stage", stage))
                .record(time);
    }

    /**
     * Counts a recorded result.
     *
     * @param row the row of record-result.sql, whose outcome is 'recorded'
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
                        "Time of a completed job from submission or redrive to the recorded result",
                        WAITS,
                        Tag.of("preset", presetLabel((String) row.get("preset"))))
                .record(duration((Double) row.get("total_sec")));
    }

    /** Counts a job that failed permanently. */
    public void failed(String errorCode) {
        ended("failed", ErrorCodeLabel.of(errorCode)).increment();
    }

    /** Counts a job that failed because it lost the worker of its last attempt, and the dead letter recorded for it. */
    public void givenUp() {
        failed(GIVEN_UP_CODE);
        deadLetter(GIVEN_UP_CODE);
    }

    /** Counts a cancelled job. */
    public void cancelled() {
        ended("cancelled", NO_CODE).increment();
    }

    /** Counts a recorded dead letter. */
    public void deadLetter(String errorCode) {
        deadLetters(ErrorCodeLabel.of(errorCode)).increment();
    }

    /** Counts a rescued job. */
    public void rescued(String reason) {
        rescues(reason).increment();
    }

    void retried(String route) {
        retries(route).increment();
    }

    /** A running attempt lost its lease: {@code disowned} or {@code unrenewed}. */
    public void leaseLost(String reason) {
        leasesLost(reason).increment();
    }

    private Counter submissions(String outcome) {
        return counter(
                "aiprod.submissions",
                "Job submissions that reached the submit-job route, by outcome",
                Tag.of("outcome", outcome));
    }

    private Counter ended(String state, String code) {
        return counter("aiprod.jobs.ended", "Jobs that ended", Tag.of("state", state), Tag.of("code", code));
    }

    private Counter deadLetters(String code) {
        return counter("aiprod.dead.letters", "Dead letters recorded, by error code", Tag.of("code", code));
    }

    private Counter retries(String route) {
        return counter("aiprod.retries", "Retries after transient failures, by route", Tag.of("route", route));
    }

    private Counter rescues(String reason) {
        return counter("aiprod.jobs.rescued", "Stuck jobs requeued, republished, or failed", label("reason", reason));
    }

    private Counter leasesLost(String reason) {
        return counter(
                "aiprod.leases.lost",
                "Leases lost because the job was cancelled or taken over, or the lease not renewed in time",
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

    /** The database may contain jobs with presets that are no longer offered. */
    private String presetLabel(String preset) {
        return presets.find(preset).map(Preset::name).orElse("other");
    }

    private static Duration duration(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }

    private static Duration[] seconds(double... seconds) {
        return Arrays.stream(seconds).mapToObj(JobMetrics::duration).toArray(Duration[]::new);
    }
}
