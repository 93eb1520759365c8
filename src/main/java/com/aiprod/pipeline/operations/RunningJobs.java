package com.aiprod.pipeline.operations;

import com.aiprod.pipeline.pipeline.PermanentStageException;
import com.aiprod.pipeline.pipeline.Progress;
import com.aiprod.pipeline.pipeline.StorageFull;
import com.aiprod.pipeline.pipeline.WorkerFaultException;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts that this process has claimed, until the database has their results. As a processor it runs the pipeline
 * on the exchange's body, asynchronously: no thread of a route waits while it runs. At most as many pipelines run at a
 * time as there are slots.
 */
public final class RunningJobs extends AsyncProcessorSupport implements Progress {

    private static final Logger LOG = LoggerFactory.getLogger(RunningJobs.class);

    /** How long a stopped pipeline may take to notice before its thread is given up; the contract says 5 s. */
    static final Duration STOP_GRACE = Duration.ofSeconds(5);

    /** Beyond so many for each slot, a job that waits for its next try holds up others: they would only pile up. */
    private static final int WAITING_PER_SLOT = 8;

    private final CamelContext camel;
    private final ProducerTemplate producer;
    private final ExecutorService threads;
    private final String pipelineRoute;
    private final Duration timeout;
    private final Duration unrenewedLimit;
    private final Slots slots;
    private final WorkerFitness fitness;
    private final OutputCheck outputs;
    private final JobMetrics metrics;
    private final String workerId = "%s-%s-%s"
            .formatted(
                    Objects.requireNonNullElse(System.getenv("HOSTNAME"), "worker"),
                    ProcessHandle.current().pid(),
                    UUID.randomUUID().toString().substring(0, 8));
    private final Map<String, Run> runs = new ConcurrentHashMap<>();

    /**
     * @param pipelineRoute id of the route that makes the output
     * @param timeout wall time of one attempt
     * @param lease how long the database lets this worker keep a job without hearing of it
     * @param slots for as many pipelines as may run at a time
     * @param fitness is told of faults of this worker
     * @param outputs what a pipeline may leave
     */
    RunningJobs(
            CamelContext camel,
            String pipelineRoute,
            Duration timeout,
            Duration lease,
            Slots slots,
            WorkerFitness fitness,
            OutputCheck outputs,
            JobMetrics metrics) {
        this.camel = camel;
        this.producer = camel.createProducerTemplate();
        this.threads = camel.getExecutorServiceManager().newCachedThreadPool(this, "pipeline");
        this.pipelineRoute = pipelineRoute;
        this.timeout = timeout;
        this.metrics = metrics;
        Duration half = lease.dividedBy(2);
        this.unrenewedLimit = lease.minus(STOP_GRACE.compareTo(half) < 0 ? STOP_GRACE : half);
        this.slots = slots;
        this.fitness = fitness;
        this.outputs = outputs;
    }

    /** Who holds the leases of this process: the host's name, the process id and a part that no restart repeats. */
    public String workerId() {
        return workerId;
    }

    /**
     * Waits until a pipeline may start and keeps its place for this exchange, until that is done at the latest.
     *
     * @return false where this process is ending or broken and starts no more
     */
    public boolean takeSlot(Exchange exchange) throws InterruptedException {
        Optional<Slots.Slot> taken = slots.take();
        taken.ifPresent(slot -> {
            exchange.setVariable("slot", slot);
            // The lease begins after this and is counted from here, so this process never thinks it longer than it is.
            exchange.setVariable("claimedAt", System.nanoTime());
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    slot.giveBack();
                }
            });
        });
        return taken.isPresent();
    }

    /**
     * The claim succeeded: the wall time of the attempt starts. Its lease is renewed until the exchange is done, and if
     * that left a result, until the database has recorded it.
     */
    public void begin(Exchange exchange) {
        Run run = new Run(
                exchange.getVariable("jobId", String.class),
                exchange.getVariable("attempt", Integer.class),
                exchange.getVariable("traceparent", String.class),
                exchange.getVariable("slot", Slots.Slot.class),
                exchange.getVariable("claimedAt", Long.class),
                timeout,
                LogContext.of(exchange));
        runs.put(run.jobId, run);
        exchange.setVariable("run", run);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                if (!run.leave()) {
                    runs.remove(run.jobId, run);
                }
                synchronized (runs) {
                    runs.notifyAll();
                }
            }
        });
    }

    /** Whether a job that has to wait for its next try may make room for another one in the meantime. */
    public boolean mayMakeRoom() {
        return runs.values().stream().filter(run -> !run.slot.held()).count() < (long) WAITING_PER_SLOT * slots.count();
    }

    /**
     * Runs the pipeline on the exchange's body and leaves what the pipeline left, a Map. It fails with
     * {@link PipelineTimeoutException} when the attempt's wall time is over, the time of earlier tries included, with
     * {@link RunStoppedException} when the job stopped being this worker's, with {@link WorkerFaultException} when this
     * worker is broken, or with what a stage threw.
     */
    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        Run run = exchange.getVariable("run", Run.class);
        try {
            threads.execute(() -> {
                try {
                    run(exchange, run);
                } catch (Throwable e) {
                    fail(exchange, e);
                } finally {
                    // Not before the fault of a broken worker is known: the next job would only meet it too.
                    run.slot.giveBack();
                    callback.done(false);
                }
            });
            return false;
        } catch (RejectedExecutionException e) {
            exchange.setException(new RunStoppedException(run.jobId, run.attempt, e));
        } catch (Throwable e) {
            // There was no thread to be had.
            fail(exchange, e);
        }
        callback.done(true);
        return true;
    }

    private void fail(Exchange exchange, Throwable thrown) {
        exchange.setException(thrown);
        WorkerFitness.faultIn(thrown).ifPresent(fault -> {
            fitness.raise(fault);
            exchange.setVariable("suspect", fault instanceof VirtualMachineError);
            // Without the cause, by which an error handler may choose.
            exchange.setException(new WorkerFaultException(fault.toString(), null));
        });
    }

    private void run(Exchange exchange, Run run) throws Exception {
        Exchange pipeline = new DefaultExchange(camel);
        for (String variable : List.of("jobId", "attempt", "userId", "requestId", TraceParent.NAME)) {
            pipeline.setVariable(variable, exchange.getVariable(variable));
        }
        pipeline.getMessage().setBody(exchange.getMessage().getBody());
        pipeline.getMessage().setHeader("jobId", run.jobId);
        pipeline.getMessage().setHeader("attempt", run.attempt);
        pipeline.setProperty(StageTimer.PRESET, exchange.getVariable("preset"));
        exchange.setVariable("tries", run.nextTry());
        try {
            run.slot.takeAgain(run.deadline);
            run.execute(threads, () -> run.logContext.run(() -> producer.send(pipelineEndpoint(), pipeline)));
        } catch (TimeoutException e) {
            throw new PipelineTimeoutException(timeout, e);
        } finally {
            exchange.setVariable("executionTimeMs", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - run.started));
        }
        if (pipeline.getException() instanceof InterruptedException interrupted) {
            throw new RunStoppedException(run.jobId, run.attempt, interrupted);
        }
        if (pipeline.getException() != null) {
            throw StorageFull.named(pipeline.getException());
        }
        exchange.getMessage()
                .setBody(outputs.check(pipelineRoute, pipeline.getMessage().getBody()));
    }

    private Endpoint pipelineEndpoint() {
        Route route = camel.getRoute(pipelineRoute);
        if (route == null) {
            throw new PermanentStageException(
                    "PIPELINE_UNKNOWN", "The pipeline '%s' is not there.".formatted(pipelineRoute));
        }
        return route.getEndpoint();
    }

    @Override
    public void report(String jobId, int attempt, String stage, int percent) {
        Run run = runs.get(jobId);
        if (run != null && run.attempt == attempt) {
            run.progress = new Step(stage, percent);
        }
    }

    /**
     * The attempt has its result: it is kept, and published again by {@link #unrecorded()}, until the database has it.
     *
     * @throws RunStoppedException when the job stopped being this worker's before that: its result must not go out
     */
    public void keepResult(Exchange exchange) {
        Run run = exchange.getVariable("run", Run.class);
        if (run != null && !run.conclude(exchange.getMessage().getBody(String.class))) {
            throw new RunStoppedException(run.jobId, run.attempt, null);
        }
    }

    /** Results that were published a while ago, or could not be, and that the database still does not have. */
    public List<Unrecorded> unrecorded() {
        return runs.values().stream().map(Run::due).flatMap(Optional::stream).toList();
    }

    /** What renew-leases tells the database, or an empty list when this worker has no job. */
    public List<RunProgress> progress() {
        long now = System.nanoTime();
        return runs.values().stream().map(run -> run.tell(now)).toList();
    }

    /**
     * Takes note of what the database confirmed as this worker's. An attempt that it did not confirm is forgotten if it
     * has its result, which then is recorded or too late, and stopped otherwise.
     *
     * @param asked what {@link #progress()} gave
     * @param owned rows of renew-leases.sql
     */
    public void keepOnly(List<RunProgress> asked, List<Map<String, Object>> owned) {
        Map<RunKey, Boolean> renewed = new HashMap<>();
        for (Map<String, Object> row : owned) {
            renewed.put(
                    new RunKey((String) row.get("job_id"), (Integer) row.get("attempt")), (Boolean) row.get("renewed"));
        }
        for (RunProgress told : asked) {
            Run run = runs.get(told.jobId().toString());
            if (run == null || run.attempt != told.attempt()) {
                continue;
            }
            Boolean wasRenewed = renewed.get(new RunKey(run.jobId, run.attempt));
            if (wasRenewed != null) {
                run.renewedAt = wasRenewed ? told.askedAt() : run.renewedAt;
            } else if (run.stop()) {
                metrics.leaseLost("disowned");
                run.logContext.run(() ->
                        LOG.info("Job {} attempt {} is no longer this worker's and stops", run.jobId, run.attempt));
            } else if (run.left()) {
                runs.remove(run.jobId, run);
            }
        }
        synchronized (runs) {
            runs.notifyAll();
        }
    }

    /**
     * Stops what the database has not confirmed for nearly as long as a lease, by the clock of this machine's running
     * time: another worker may soon have these jobs.
     */
    public void stopUnrenewed() {
        long now = System.nanoTime();
        for (Run run : runs.values()) {
            if (now - run.renewedAt > unrenewedLimit.toNanos() && run.stop()) {
                metrics.leaseLost("unrenewed");
                run.logContext.run(() -> LOG.warn(
                        "Job {} attempt {}: its lease was not renewed for {} s; it stops",
                        run.jobId,
                        run.attempt,
                        unrenewedLimit.toSeconds()));
            }
        }
    }

    /** How many attempts of this process have not ended. */
    int active() {
        return (int) runs.values().stream().filter(run -> !run.left()).count();
    }

    /** How many pipelines may run at a time; 0 while this worker takes no jobs. */
    int slots() {
        return slots.offered();
    }

    /** Whether no attempt runs, and the database has all results. */
    boolean noneLeft() {
        return runs.isEmpty();
    }

    /** How long a slot has been free for a new job without a break; empty when none is. */
    Optional<Duration> freeFor() {
        return slots.freeFor();
    }

    /** No new job starts in this process from now on. */
    public void startNoMore() {
        slots.close();
    }

    /** The attempt failed by a fault of this worker: stops it, and answers it for release-jobs.sql. */
    public List<RunProgress> handBack(Exchange exchange) {
        Run run = exchange.getVariable("run", Run.class);
        return run.stop() ? List.of(run.tell(System.nanoTime())) : List.of();
    }

    /** Stops all that has no result yet, and answers what was stopped, for release-jobs.sql. */
    public List<RunProgress> stopAll() {
        long now = System.nanoTime();
        return runs.values().stream()
                .filter(Run::stop)
                .map(run -> run.tell(now))
                .toList();
    }

    /** Waits until nothing runs; false when something still does after that time. */
    public boolean awaitIdle(Duration limit) throws InterruptedException {
        return await(() -> runs.values().stream().allMatch(Run::left), limit);
    }

    /** Waits until the database has all results of this worker; false when it has not after that time. */
    boolean awaitRecorded(Duration limit) throws InterruptedException {
        return await(runs::isEmpty, limit);
    }

    private boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (runs) {
            while (!condition.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                runs.wait(left / 1_000_000 + 1);
            }
        }
        return true;
    }

    private record RunKey(String jobId, int attempt) {}

    private record Step(String stage, Integer percent) {}

    /**
     * How far an attempt is, as renew-leases sends it.
     *
     * @param stage null before the first report, as is {@code percent}
     * @param askedAt when it was asked for, of {@link System#nanoTime()}
     */
    public record RunProgress(
            UUID jobId,
            int attempt,
            String stage,
            Integer percent,
            @JsonIgnore long askedAt) {}

    /** A result to be published again, as it was written, with the attributes of its message. */
    public record Unrecorded(String jobId, int attempt, String traceparent, String result) {}

    private static final class Run {

        /** A result is recorded within moments; what is not may be lost, or the recorder may be away. */
        private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

        private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);

        private final String jobId;
        private final int attempt;
        private final String traceparent;
        private final Slots.Slot slot;
        private final long started = System.nanoTime();
        private final long deadline;
        private final LogContext logContext;
        private volatile Step progress = new Step(null, null);
        private volatile long renewedAt;
        private int tries;
        private Future<?> running;
        private boolean stopped;
        private String result;
        private boolean left;
        private Duration pause = FIRST_PAUSE;
        private long publishAgainAt;

        private Run(
                String jobId,
                int attempt,
                String traceparent,
                Slots.Slot slot,
                long claimedAt,
                Duration timeout,
                LogContext logContext) {
            this.jobId = jobId;
            this.attempt = attempt;
            this.traceparent = traceparent;
            this.slot = slot;
            this.renewedAt = claimedAt;
            this.deadline = started + timeout.toNanos();
            this.logContext = logContext;
        }

        private synchronized int nextTry() {
            return ++tries;
        }

        private RunProgress tell(long now) {
            Step step = progress;
            return new RunProgress(UUID.fromString(jobId), attempt, step.stage(), step.percent(), now);
        }

        private void execute(ExecutorService threads, Runnable pipeline) throws Exception {
            StoppableTask stoppable = new StoppableTask(pipeline);
            Future<?> task = begin(threads, stoppable);
            try {
                task.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (CancellationException e) {
                throw new RunStoppedException(jobId, attempt, e);
            } finally {
                task.cancel(true);
                if (!stoppable.stop(STOP_GRACE)) {
                    logContext.run(() ->
                            LOG.error("Job {} attempt {} does not stop; its thread is left behind", jobId, attempt));
                }
            }
        }

        private synchronized Future<?> begin(ExecutorService threads, Runnable task) throws TimeoutException {
            if (stopped) {
                throw new RunStoppedException(jobId, attempt, null);
            }
            if (deadline - System.nanoTime() <= 0) {
                throw new TimeoutException();
            }
            running = threads.submit(task);
            return running;
        }

        /** False where the attempt has its result already. */
        private synchronized boolean stop() {
            if (result != null || stopped) {
                return false;
            }
            stopped = true;
            if (running != null) {
                running.cancel(true);
            }
            return true;
        }

        private synchronized boolean conclude(String ended) {
            if (!stopped) {
                result = ended;
            }
            return !stopped;
        }

        /** Its exchange is done. Answers whether there is a result to look after. */
        private synchronized boolean leave() {
            left = true;
            publishAgainAt = System.nanoTime() + pause.toNanos();
            return result != null;
        }

        private synchronized boolean left() {
            return left;
        }

        private synchronized Optional<Unrecorded> due() {
            if (!left || result == null || System.nanoTime() - publishAgainAt < 0) {
                return Optional.empty();
            }
            Duration next = pause.multipliedBy(2);
            pause = next.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : next;
            publishAgainAt = System.nanoTime() + pause.toNanos();
            return Optional.of(new Unrecorded(jobId, attempt, traceparent, result));
        }
    }
}
