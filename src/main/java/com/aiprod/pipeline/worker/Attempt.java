package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.pipelines.StoppableTask;
import com.aiprod.pipeline.telemetry.LogContext;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One claimed attempt of a job, from its claim until the database has its result. It ends in one of two ways, of which
 * the first excludes the second: {@link #conclude} keeps its result, {@link #stop} ends it without one.
 */
final class Attempt {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    /** How long a stopped pipeline may take to notice before its thread is given up; the contract allows 5 s. */
    static final Duration STOP_GRACE = Duration.ofSeconds(5);

    /** A result is recorded within moments. One that is not may be lost, or the recorder may be away. */
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

    final String jobId;
    final int number;
    final Slots.Slot slot;
    final Duration timeout;
    final LogContext logContext;
    private final String traceparent;
    private final long started = System.nanoTime();
    private final long deadline;
    private volatile Step progress = new Step(null, null);
    private volatile long renewedAt;
    private volatile boolean ownSlot;
    private int tries;
    private Future<?> running;
    private boolean stopped;
    private String result;
    private boolean left;
    private Duration pause = FIRST_PAUSE;
    private long publishAgainAt;

    /**
     * Starts the wall time of the attempt.
     *
     * @param number of the claim, the fencing token of everything that the attempt writes
     * @param traceparent of the job; null when it is not traced
     * @param claimedAt when the lease began at the earliest, of {@link System#nanoTime()}
     * @param timeout wall time of all tries together
     */
    Attempt(
            String jobId,
            int number,
            String traceparent,
            Slots.Slot slot,
            long claimedAt,
            Duration timeout,
            LogContext logContext) {
        this.jobId = jobId;
        this.number = number;
        this.traceparent = traceparent;
        this.slot = slot;
        this.timeout = timeout;
        this.renewedAt = claimedAt;
        this.deadline = started + timeout.toNanos();
        this.logContext = logContext;
    }

    /** Milliseconds since the claim. */
    long executionTimeMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
    }

    /** Runs in a slot of its pipeline: gives the worker's slot to another job, and does not take one again. */
    void runInOwnSlot() {
        ownSlot = true;
        slot.giveBack();
    }

    boolean runsInOwnSlot() {
        return ownSlot;
    }

    /** Whether it waits for its next try and has given its slot to another job. */
    boolean waitsWithoutSlot() {
        return !ownSlot && !slot.held();
    }

    /** Counts a try of the pipeline and returns its number, from 1. */
    synchronized int nextTry() {
        return ++tries;
    }

    /** @param percent null when the stage reports none */
    void report(String stage, Integer percent) {
        progress = new Step(stage, percent);
    }

    /** How far the attempt is now. */
    Progress progress(long now) {
        Step step = progress;
        return new Progress(UUID.fromString(jobId), number, step.stage(), step.percent(), now);
    }

    /** The lease was renewed by a statement that began at that time, of {@link System#nanoTime()}. */
    void renewed(long at) {
        renewedAt = at;
    }

    boolean isUnrenewedFor(Duration limit) {
        return System.nanoTime() - renewedAt > limit.toNanos();
    }

    /**
     * Runs the pipeline, once a slot is free, and returns when nothing of it runs any more or {@link #STOP_GRACE} is over.
     *
     * @throws TimeoutException when the wall time of the attempt is over
     * @throws AttemptStoppedException when the attempt was stopped
     */
    void execute(ExecutorService threads, Runnable pipeline) throws Exception {
        if (!ownSlot) {
            slot.takeAgain(deadline);
        }
        StoppableTask stoppable = new StoppableTask(() -> logContext.run(pipeline));
        Future<?> task = begin(threads, stoppable);
        try {
            task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (CancellationException e) {
            throw new AttemptStoppedException(jobId, number, e);
        } finally {
            task.cancel(true);
            if (!stoppable.stop(STOP_GRACE)) {
                logContext.run(
                        () -> LOG.error("Job {} attempt {} does not stop; its thread is abandoned", jobId, number));
            }
        }
    }

    private synchronized Future<?> begin(ExecutorService threads, Runnable task) throws TimeoutException {
        if (stopped) {
            throw new AttemptStoppedException(jobId, number, null);
        }
        if (deadline - System.nanoTime() <= 0) {
            throw new TimeoutException();
        }
        running = threads.submit(task);
        return running;
    }

    /** Stops the attempt; returns false when it has its result or was stopped before. */
    synchronized boolean stop() {
        if (result != null || stopped) {
            return false;
        }
        stopped = true;
        if (running != null) {
            running.cancel(true);
        }
        return true;
    }

    /** Keeps the result as it was written; returns false when the attempt was stopped before. */
    synchronized boolean conclude(String message) {
        if (!stopped) {
            result = message;
        }
        return !stopped;
    }

    /** The exchange of the attempt is done. Returns whether there is a result to look after. */
    synchronized boolean leave() {
        left = true;
        publishAgainAt = System.nanoTime() + pause.toNanos();
        return result != null;
    }

    /** Whether the exchange of the attempt is done. */
    synchronized boolean left() {
        return left;
    }

    /** The result, when it is time to publish it again: later each time. */
    synchronized Optional<UnrecordedResults.Unrecorded> due() {
        if (!left || result == null || System.nanoTime() - publishAgainAt < 0) {
            return Optional.empty();
        }
        Duration next = pause.multipliedBy(2);
        pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
        publishAgainAt = System.nanoTime() + pause.toNanos();
        return Optional.of(new UnrecordedResults.Unrecorded(jobId, number, traceparent, result));
    }

    private record Step(String stage, Integer percent) {}

    /**
     * How far an attempt is, as renew-leases.sql and release-jobs.sql read it.
     *
     * @param stage null before the first report, as is {@code percent}
     * @param askedAt when it was asked for, of {@link System#nanoTime()}
     */
    record Progress(
            UUID jobId,
            int attempt,
            String stage,
            Integer percent,
            @JsonIgnore long askedAt) {}
}
