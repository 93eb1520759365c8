package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.stage.StageException;
import com.aiprod.pipeline.stage.WorkerCheck;
import com.aiprod.pipeline.stage.WorkerFaultException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/**
 * Whether this worker can run jobs. A fault of the worker itself, not of a job or pipeline, pauses it: it accepts no
 * jobs and is not ready. Checks are repeated after a fault until they pass. A broken JVM cannot recover and must be
 * restarted once its jobs have ended.
 */
public final class WorkerHealth implements HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerHealth.class);
    /** How often to check whether the jobs of a broken JVM have ended. */
    private static final Duration POLL = Duration.ofSeconds(1);

    /** The maximum pause, in check intervals, after a fault that returns each time the checks pass. */
    private static final int MAX_INTERVALS = 16;

    /** A fault that occurs later than this after the worker was opened is a new one. */
    private static final Duration RECENT = Duration.ofMinutes(15);

    private final List<WorkerCheck> checks;
    private final Duration checkInterval;
    private final MeterRegistry registry;
    /** Created early, because a broken JVM may not be able to create it. */
    private final ScheduledExecutorService thread;

    private Worker worker;
    private Counter faults;
    private boolean opened;
    private Throwable fault;
    private int intervals;
    private long openedAt;

    /** The worker that is opened and paused. */
    interface Worker {

        /** Accepts jobs; returns at once. */
        void open();

        /** Starts to receive job messages. Idempotent. */
        void startReceiving() throws Exception;

        /** Accepts no jobs; returns at once. */
        void pause();

        /** Stops receiving job messages and keeps none waiting. Idempotent. */
        void stopReceiving() throws Exception;

        /** Whether no job of this worker runs or has a result that may not be recorded. */
        boolean idle();

        /** Requests a restart: this process is permanently broken and holds nothing any more. */
        void requestRestart();
    }

    /**
     * @param checks must pass before jobs are accepted, and again after a fault
     * @param checkInterval the pause before the checks are repeated; longer if faults return although the checks pass
     */
    WorkerHealth(List<WorkerCheck> checks, Duration checkInterval, MeterRegistry registry) {
        this.checks = List.copyOf(checks);
        this.checkInterval = checkInterval;
        this.registry = registry;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread made = new Thread(task, "worker-health");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Returns the worker's own fault in the exception of an attempt, or empty if the job or its pipeline is at fault. A
     * stage that throws an error code has examined the cause, and routes that call themselves overflow the stack on any
     * machine.
     */
    static Optional<Throwable> faultIn(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof StageException || cause instanceof StackOverflowError) {
                return Optional.empty();
            }
            if (cause instanceof WorkerFaultException
                    || cause instanceof LinkageError
                    || cause instanceof VirtualMachineError) {
                return Optional.of(cause);
            }
        }
        return Optional.empty();
    }

    /** Starts to manage a paused worker, and opens it once the checks pass. */
    synchronized void manage(Worker managed) {
        worker = managed;
        faults = Counter.builder("aiprod.worker.faults")
                .description("Faults of the worker itself, found by a check or in a released attempt")
                .register(registry);
        Gauge.builder("aiprod.worker.broken", this, health -> health.fault().isPresent() ? 1 : 0)
                .description("1 while this worker accepts no jobs because of a fault of its own")
                .register(registry);
        thread.execute(this::recover);
    }

    /** Pauses the worker because of a fault that {@link #faultIn} found. */
    synchronized void raise(Throwable found) {
        if (opened) {
            worker.pause();
        }
        faults.increment();
        if (fault == null) {
            LOG.error("This worker is broken and accepts no more jobs: {}", describe(found), found);
            boolean again = opened && System.nanoTime() - openedAt < RECENT.toNanos();
            intervals = again ? Math.min(Math.max(1, 2 * intervals), MAX_INTERVALS) : 1;
            fault = found;
            thread.execute(this::stopReceiving);
        } else if (isRecoverable(fault) && !isRecoverable(found)) {
            LOG.error("This worker is permanently broken: {}", describe(found), found);
            fault = found;
        }
    }

    private void stopReceiving() {
        try {
            worker.stopReceiving();
            later(this::recover, nextPause());
        } catch (Exception e) {
            LOG.warn("Could not stop the subscriber of the broken worker: {}", e.getMessage());
            later(this::stopReceiving, POLL);
        }
    }

    private synchronized Duration nextPause() {
        return isRecoverable(fault) ? checkInterval.multipliedBy(intervals) : Duration.ZERO;
    }

    /** Runs the checks and opens the worker if they pass. If the fault is permanent, waits for the jobs to end. */
    private void recover() {
        Optional<Throwable> known = fault();
        if (known.isPresent() && !isRecoverable(known.get())) {
            end();
            return;
        }
        try {
            for (WorkerCheck check : checks) {
                check.check();
            }
            if (open()) {
                worker.startReceiving();
            } else {
                end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** Returns false if the worker has broken permanently in the meantime. */
    private synchronized boolean open() {
        if (fault != null && !isRecoverable(fault)) {
            return false;
        }
        if (fault != null) {
            LOG.info("This worker accepts jobs again: its checks passed after {}", describe(fault));
        }
        fault = null;
        opened = true;
        openedAt = System.nanoTime();
        worker.open();
        return true;
    }

    private synchronized void failed(Throwable found) {
        if (fault == null) {
            raise(found);
        } else {
            LOG.warn("This worker is still broken: {}", describe(found));
            fault = found;
            later(this::recover, checkInterval);
        }
    }

    private void end() {
        if (!worker.idle()) {
            later(this::end, POLL);
        } else {
            LOG.error("The jobs of this broken worker have ended; its liveness probe now requests a restart");
            worker.requestRestart();
        }
    }

    private void later(Runnable task, Duration pause) {
        if (!thread.isShutdown()) {
            // The task handles its own failures.
            var unused = thread.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized Optional<Throwable> fault() {
        return Optional.ofNullable(fault);
    }

    /** After a linkage error or an exhausted heap, anything may fail. */
    private static boolean isRecoverable(Throwable fault) {
        return !(fault instanceof Error);
    }

    private static String describe(Throwable fault) {
        return fault instanceof WorkerFaultException ? fault.getMessage() : fault.toString();
    }

    @Override
    public synchronized Health health() {
        if (fault != null) {
            return Health.down()
                    .withDetail("fault", describe(fault))
                    .withDetail("mended_by", isRecoverable(fault) ? "the next successful check" : "a restart")
                    .build();
        }
        return opened || worker == null
                ? Health.up().build()
                : Health.down().withDetail("fault", "not checked yet").build();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
