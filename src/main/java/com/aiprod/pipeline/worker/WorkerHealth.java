package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.TransientStageException;
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
 * Whether this worker can do its work. A fault of its own, and not of a job or a pipeline, shuts it: it takes no more
 * jobs and is not ready. What a check can find is tried again until it has passed; a JVM that is broken stays so, and is
 * to be restarted once its jobs have ended.
 */
public final class WorkerHealth implements HealthIndicator, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerHealth.class);
    /** How often it is looked whether the jobs of a broken JVM have ended. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    /** A fault that comes back after each check that passed does so at this many intervals in the end. */
    private static final int MOST_INTERVALS = 16;

    /** A fault that comes this long after the worker was opened is a new one. */
    private static final Duration RECENT = Duration.ofMinutes(15);

    private final List<WorkerCheck> checks;
    private final Duration checkInterval;
    private final MeterRegistry registry;
    /** Made at once: a broken JVM may not be able to. */
    private final ScheduledExecutorService thread;

    private Worker worker;
    private Counter faults;
    private boolean opened;
    private Throwable fault;
    private int intervals;
    private long openedAt;

    /** What is opened and shut. */
    interface Worker {

        /** Jobs are taken from now on; returns at once. */
        void open();

        /** Messages of jobs come from now on. Doing it twice is harmless. */
        void listen() throws Exception;

        /** No job is taken from now on; returns at once. */
        void shut();

        /** No message of a job comes from now on, and none is kept waiting. Doing it twice is harmless. */
        void stopListening() throws Exception;

        /** Whether no job of this worker runs or has a result that the database may not have. */
        boolean idle();

        /** This process is broken for good and holds nothing any more. */
        void askForRestart();
    }

    /**
     * @param checks what must work before jobs are taken, and again after a fault
     * @param checkInterval how long after a fault the checks are tried again; longer where faults come back nevertheless
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
     * The worker's own fault in what an attempt threw, or empty where the job or its pipeline is to blame: a stage that
     * gives a code has looked at the cause, and routes that call themselves overflow the stack on any machine.
     */
    static Optional<Throwable> faultIn(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof PermanentStageException
                    || cause instanceof TransientStageException
                    || cause instanceof StackOverflowError) {
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

    /** Begins to look after that worker, which is shut, and opens it when the checks have passed. */
    synchronized void lookAfter(Worker tended) {
        worker = tended;
        faults = Counter.builder("aiprod.worker.faults")
                .description("Faults of the worker itself, found by a check or in a released attempt")
                .register(registry);
        Gauge.builder("aiprod.worker.broken", this, health -> health.fault().isPresent() ? 1 : 0)
                .description("1 while this worker accepts no jobs because of a fault of its own")
                .register(registry);
        thread.execute(this::mend);
    }

    /** Shuts the worker because of a fault that {@link #faultIn} found. */
    synchronized void raise(Throwable found) {
        if (opened) {
            worker.shut();
        }
        faults.increment();
        if (fault == null) {
            LOG.error("This worker is broken and accepts no more jobs: {}", describe(found), found);
            boolean again = opened && System.nanoTime() - openedAt < RECENT.toNanos();
            intervals = again ? Math.min(Math.max(1, 2 * intervals), MOST_INTERVALS) : 1;
            fault = found;
            thread.execute(this::stopListening);
        } else if (isMendable(fault) && !isMendable(found)) {
            LOG.error("This worker is permanently broken: {}", describe(found), found);
            fault = found;
        }
    }

    private void stopListening() {
        try {
            worker.stopListening();
            later(this::mend, pause());
        } catch (Exception e) {
            LOG.warn("Could not stop the subscriber of the broken worker: {}", e.getMessage());
            later(this::stopListening, LOOK);
        }
    }

    private synchronized Duration pause() {
        return isMendable(fault) ? checkInterval.multipliedBy(intervals) : Duration.ZERO;
    }

    /** Tries the checks, and opens the worker where they pass; waits for its end where nothing can mend it. */
    private void mend() {
        Optional<Throwable> known = fault();
        if (known.isPresent() && !isMendable(known.get())) {
            end();
            return;
        }
        try {
            for (WorkerCheck check : checks) {
                check.check();
            }
            if (open()) {
                worker.listen();
            } else {
                end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Throwable e) {
            failed(e);
        }
    }

    /** False where it has broken for good meanwhile. */
    private synchronized boolean open() {
        if (fault != null && !isMendable(fault)) {
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
            later(this::mend, checkInterval);
        }
    }

    private void end() {
        if (!worker.idle()) {
            later(this::end, LOOK);
        } else {
            LOG.error("The jobs of this broken worker have ended; its liveness probe now requests a restart");
            worker.askForRestart();
        }
    }

    private void later(Runnable task, Duration pause) {
        if (!thread.isShutdown()) {
            // Its failures end in the task itself.
            var unused = thread.schedule(task, pause.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private synchronized Optional<Throwable> fault() {
        return Optional.ofNullable(fault);
    }

    /** A class that could not be linked, or a machine out of memory, may fail at anything from then on. */
    private static boolean isMendable(Throwable fault) {
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
                    .withDetail("mended_by", isMendable(fault) ? "the next successful check" : "a restart")
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
