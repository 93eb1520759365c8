package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.telemetry.JobMetrics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the leases of this worker's attempts, and stops the attempts that lose theirs. */
public final class AttemptLeases {

    private static final Logger LOG = LoggerFactory.getLogger(AttemptLeases.class);

    private final RunningAttempts attempts;
    private final Duration unrenewedLimit;
    private final JobMetrics metrics;

    /** @param lease how long the database keeps a job for a worker that it does not hear from */
    AttemptLeases(RunningAttempts attempts, Duration lease, JobMetrics metrics) {
        this.attempts = attempts;
        Duration half = lease.dividedBy(2);
        this.unrenewedLimit = lease.minus(Attempt.STOP_GRACE.compareTo(half) < 0 ? Attempt.STOP_GRACE : half);
        this.metrics = metrics;
    }

    /** The attempts whose leases to renew, with their progress; empty when this worker has none. */
    public List<Attempt.Progress> toRenew() {
        long now = System.nanoTime();
        return attempts.all().map(attempt -> attempt.progress(now)).toList();
    }

    /**
     * Takes note of the leases that the database renewed. An attempt that is no longer this worker's is stopped. If it has
     * its result, that is recorded or too late, and the attempt is forgotten.
     *
     * @param asked what {@link #toRenew()} returned
     * @param owned rows of renew-leases.sql
     */
    public void keepOwned(List<Attempt.Progress> asked, List<Map<String, Object>> owned) {
        Map<Key, Boolean> renewed = new HashMap<>();
        for (Map<String, Object> row : owned) {
            renewed.put(
                    new Key((String) row.get("job_id"), (Integer) row.get("attempt")), (Boolean) row.get("renewed"));
        }
        for (Attempt.Progress told : asked) {
            attempts.find(told.jobId().toString(), told.attempt())
                    .ifPresent(attempt -> settle(attempt, told, renewed.get(Key.of(attempt))));
        }
        attempts.changed();
    }

    /** @param renewed null when the attempt is no longer this worker's */
    private void settle(Attempt attempt, Attempt.Progress told, Boolean renewed) {
        if (renewed != null) {
            if (renewed) {
                attempt.renewed(told.askedAt());
            }
        } else if (attempt.stop()) {
            metrics.leaseLost("disowned");
            attempt.logContext.run(() ->
                    LOG.info("Job {} attempt {} is no longer this worker's and stops", attempt.jobId, attempt.number));
        } else if (attempt.left()) {
            attempts.forget(attempt);
        }
    }

    /**
     * Stops attempts whose lease the database has not confirmed for almost its whole length, since another worker may soon
     * have these jobs. Goes by this machine's running time.
     */
    public void stopUnrenewed() {
        attempts.all()
                .filter(attempt -> attempt.isUnrenewedFor(unrenewedLimit) && attempt.stop())
                .forEach(attempt -> {
                    metrics.leaseLost("unrenewed");
                    attempt.logContext.run(() -> LOG.warn(
                            "Job {} attempt {} stops: its lease was not renewed for {} s",
                            attempt.jobId,
                            attempt.number,
                            unrenewedLimit.toSeconds()));
                });
    }

    private record Key(String jobId, int attempt) {

        static Key of(Attempt attempt) {
            return new Key(attempt.jobId, attempt.number);
        }
    }
}
