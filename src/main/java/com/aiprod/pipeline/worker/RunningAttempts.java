package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.artifact.StoredArtifacts;
import com.aiprod.pipeline.job.PipelineTimeoutException;
import com.aiprod.pipeline.pipelines.FailurePlace;
import com.aiprod.pipeline.pipelines.LivePipelines;
import com.aiprod.pipeline.pipelines.OutputCheck;
import com.aiprod.pipeline.pipelines.Revision;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.WorkerFaultException;
import com.aiprod.pipeline.stage.http.HttpFailure;
import com.aiprod.pipeline.telemetry.LogContext;
import com.aiprod.pipeline.telemetry.StageTimer;
import com.aiprod.pipeline.telemetry.TraceParent;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts that this process has claimed, until the database has their results. At most as many pipelines run at a
 * time as there are slots.
 */
public final class RunningAttempts implements Progress {

    /** The exchange variable that holds the {@link Attempt}. */
    private static final String ATTEMPT = "runningAttempt";

    private static final String SLOT = "slot";
    private static final String DEFER = "defer";
    private static final String OWN_SLOT = "ownSlot";
    private static final String LEASED_AHEAD = "leasedAhead";
    private static final String REVISION = "pipelineRevision";
    private static final String TRIES = "tries";
    private static final String FAILED_AT = "failedAt";
    private static final String CLAIMED_AT = "claimedAt";

    private static final Logger LOG = LoggerFactory.getLogger(RunningAttempts.class);
    private static final int MAX_DOUBLINGS = 10;

    /** With more retries than this waiting for each slot, a retry keeps its slot: others would only pile up behind it. */
    private static final int WAITING_PER_SLOT = 8;

    private final LivePipelines pipelines;
    private final ExecutorService threads;
    private final Duration timeout;
    private final Slots slots;
    private final WorkerHealth health;
    private final OutputCheck outputs;
    private final ArtifactStore artifacts;
    private final CleanUp cleanUp;
    private final String workerId = "%s-%s-%s"
            .formatted(
                    Objects.requireNonNullElse(System.getenv("HOSTNAME"), "worker"),
                    ProcessHandle.current().pid(),
                    UUID.randomUUID().toString().substring(0, 8));
    private final Map<String, Attempt> attempts = new ConcurrentHashMap<>();

    /**
     * Starts with no attempt.
     *
     * @param pipelines what attempts run on
     * @param timeout wall time of one attempt of a pipeline that does not set its own
     * @param slots as many as pipelines may run at a time
     * @param health learns of faults of this worker
     * @param outputs checks what a pipeline leaves
     * @param artifacts receives the files that a pipeline stores
     */
    RunningAttempts(
            CamelContext camel,
            LivePipelines pipelines,
            Duration timeout,
            Slots slots,
            WorkerHealth health,
            OutputCheck outputs,
            ArtifactStore artifacts) {
        this.pipelines = pipelines;
        this.threads = camel.getExecutorServiceManager().newCachedThreadPool(this, "pipeline");
        this.timeout = timeout;
        this.slots = slots;
        this.health = health;
        this.outputs = outputs;
        this.artifacts = artifacts;
        this.cleanUp = new CleanUp(camel, threads);
    }

    /** The holder of this process's leases: host name, process id and a part that no restart repeats. */
    public String workerId() {
        return workerId;
    }

    /**
     * Waits for a free slot and keeps it for this exchange, at the longest until the exchange is done. The variable
     * {@code leasedAhead} is whether the message was leased for a slot that was not free.
     *
     * <p>Sets the variable {@code slotOutcome}: {@code taken}; {@code none} when this process is ending or broken and takes
     * no more jobs; {@code return} when a job that was leased ahead must go to another worker, because jobs are no longer
     * short here.
     */
    public void takeSlot(Exchange exchange) throws InterruptedException {
        Optional<Slots.Slot> taken = slots.take(Boolean.TRUE.equals(exchange.getVariable(LEASED_AHEAD)));
        taken.ifPresent(slot -> {
            exchange.setVariable(SLOT, slot);
            // The lease begins later than this, so that this process never believes its lease to be longer than it is.
            exchange.setVariable(CLAIMED_AT, System.nanoTime());
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    slot.giveBack();
                }
            });
        });
        exchange.setVariable("slotOutcome", taken.isPresent() ? "taken" : slots.offered() > 0 ? "return" : "none");
    }

    /**
     * Chooses the revision that runs the job of the variable {@code preset}, and keeps it open until the exchange is done.
     * Sets the variables {@code pipeline} and {@code revision}, and {@code redeliveries} for its retries; does not set
     * them if no pipeline of this worker has the preset. Takes a slot of a pipeline with slots of its own; {@code ownSlot}
     * is whether one was taken. {@code defer} is whether the job cannot run here now: no slot of its pipeline is free, or
     * only other workers have loaded it.
     */
    public void choosePipeline(Exchange exchange) {
        String preset = exchange.getVariable("preset", String.class);
        Optional<Revision> chosen = pipelines.enter(preset);
        exchange.setVariable(DEFER, chosen.isEmpty() && pipelines.offers(preset));
        chosen.ifPresent(revision -> {
            exchange.setVariable(REVISION, revision);
            exchange.setVariable("pipeline", revision.pipeline());
            exchange.setVariable("revision", revision.id());
            exchange.setVariable("redeliveries", revision.redeliveries());
            boolean ownSlot = revision.hasOwnSlots() && pipelines.takeSlot(revision);
            exchange.setVariable(DEFER, revision.hasOwnSlots() && !ownSlot);
            exchange.setVariable(OWN_SLOT, ownSlot);
            exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
                @Override
                public void onDone(Exchange done) {
                    if (ownSlot) {
                        pipelines.giveBackSlot(revision);
                    }
                    revision.leave();
                }
            });
        });
    }

    /**
     * Starts the wall time of the attempt that the exchange has claimed. Its lease is renewed until the exchange is done
     * or, if the attempt has a result by then, until the database has recorded that.
     */
    public void begin(Exchange exchange) {
        if (exchange.getVariable(REVISION) == null) {
            // The message did not name the preset of the job.
            choosePipeline(exchange);
        }
        Attempt attempt = new Attempt(
                exchange.getVariable("jobId", String.class),
                exchange.getVariable("attempt", Integer.class),
                exchange.getVariable("traceparent", String.class),
                exchange.getVariable(SLOT, Slots.Slot.class),
                exchange.getVariable(CLAIMED_AT, Long.class),
                timeoutOf(exchange),
                LogContext.of(exchange));
        if (Boolean.TRUE.equals(exchange.getVariable(OWN_SLOT))) {
            attempt.runInOwnSlot();
        }
        // The message of a long job is kept: it keeps Pub/Sub from sending more messages than there are slots.
        exchange.setVariable("letGo", attempt.runsInOwnSlot() || slots.leasesAhead());
        attempts.put(attempt.jobId, attempt);
        exchange.setVariable(ATTEMPT, attempt);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                if (!attempt.leave()) {
                    forget(attempt);
                }
                changed();
            }
        });
    }

    private Duration timeoutOf(Exchange exchange) {
        Revision revision = exchange.getVariable(REVISION, Revision.class);
        return revision == null || revision.timeout() == null ? timeout : revision.timeout();
    }

    /** The attempt of an exchange; null before {@link #begin}. */
    static Attempt of(Exchange exchange) {
        return exchange.getVariable(ATTEMPT, Attempt.class);
    }

    /** Whether a job that waits for its next try may free its slot for another job. */
    boolean mayFreeSlot() {
        return all().filter(Attempt::waitsWithoutSlot).count() < (long) WAITING_PER_SLOT * slots.count();
    }

    /**
     * Runs a pipeline on the exchange's body on a thread of its own, and leaves the Map that the pipeline left. The
     * exchange fails with {@link PipelineTimeoutException} when the wall time of the attempt is over, earlier tries
     * included, with {@link AttemptStoppedException} when the job is no longer this worker's, with
     * {@link WorkerFaultException} when this worker is broken, or with what a stage threw.
     *
     * @return false, as {@link org.apache.camel.AsyncProcessor#process} does, unless no thread could be had
     */
    boolean run(Exchange exchange, AsyncCallback callback) {
        Attempt attempt = of(exchange);
        try {
            threads.execute(() -> {
                try {
                    run(exchange, attempt);
                } catch (Throwable e) {
                    fail(exchange, e);
                } finally {
                    // Only after the fault of a broken worker is known, or the next job would meet it too.
                    attempt.slot.giveBack();
                    callback.done(false);
                }
            });
            return false;
        } catch (RejectedExecutionException e) {
            exchange.setException(new AttemptStoppedException(attempt.jobId, attempt.number, e));
        } catch (Throwable e) {
            fail(exchange, e);
        }
        callback.done(true);
        return true;
    }

    private void fail(Exchange exchange, Throwable thrown) {
        exchange.setException(thrown);
        WorkerHealth.faultIn(thrown).ifPresent(fault -> {
            health.raise(fault);
            exchange.setVariable("suspect", fault instanceof VirtualMachineError);
            // Without its cause: an error handler may choose by that.
            exchange.setException(new WorkerFaultException(fault.toString(), null));
        });
    }

    private void run(Exchange exchange, Attempt attempt) throws Exception {
        Revision revision = exchange.getVariable(REVISION, Revision.class);
        String preset = exchange.getVariable("preset", String.class);
        if (revision == null) {
            throw new PermanentStageException(
                    "PIPELINE_UNKNOWN", "No pipeline offers the preset '%s' any more.".formatted(preset));
        }
        Map<?, ?> input = exchange.getMessage().getMandatoryBody(Map.class);
        Exchange job = revision.newExchange(input);
        for (String variable :
                List.of("jobId", "attempt", "userId", "requestId", "pipeline", "revision", "job", TraceParent.NAME)) {
            job.setVariable(variable, exchange.getVariable(variable));
        }
        pipelines.preset(revision, preset).ifPresent(known -> job.setVariable("preset", known.asMap()));
        job.getMessage().setHeader("jobId", attempt.jobId);
        job.getMessage().setHeader("attempt", attempt.number);
        job.setProperty(StageTimer.PRESET, preset);
        StoredArtifacts stored = StoredArtifacts.follow(job, artifacts, attempt.jobId, attempt.number);
        boolean delivered = false;
        try {
            execute(exchange, attempt, revision, job);
            Map<String, Object> output = stored.addTo(
                    outputs.check(revision.pipeline(), job.getMessage().getBody()));
            stored.deliver();
            exchange.getMessage().setBody(output);
            delivered = true;
        } catch (PipelineTimeoutException e) {
            cleanUp.afterTimeout(attempt, revision, input, job);
            throw e;
        } catch (AttemptStoppedException e) {
            cleanUp.afterStop(attempt, revision, input, job);
            throw e;
        } catch (Exception e) {
            throw HttpFailure.redacted(StorageFull.named(e));
        } finally {
            if (!delivered) {
                exchange.setVariable(FAILED_AT, placeOf(job));
                setRetryDelay(exchange, revision);
                discard(stored, attempt);
            }
        }
    }

    /** The route configuration pipeline-errors has the delays of a pipeline that sets none. */
    private static void setRetryDelay(Exchange exchange, Revision revision) {
        if (!revision.delay().equals(Revision.DEFAULT_DELAY)) {
            int doublings = Math.min(exchange.getVariable(TRIES, Integer.class) - 1, MAX_DOUBLINGS);
            exchange.getMessage()
                    .setHeader(Exchange.REDELIVERY_DELAY, revision.delay().toMillis() << doublings);
        }
    }

    private static void discard(StoredArtifacts stored, Attempt attempt) {
        try {
            stored.discard();
        } catch (IOException e) {
            // No result lists them, and they are deleted with the job.
            attempt.logContext.run(() -> LOG.warn(
                    "Cannot delete the files of job {} attempt {}: {}", attempt.jobId, attempt.number, e.toString()));
        }
    }

    private void execute(Exchange exchange, Attempt attempt, Revision revision, Exchange job) throws Exception {
        exchange.setVariable(TRIES, attempt.nextTry());
        exchange.removeVariable(FAILED_AT);
        try {
            attempt.execute(threads, () -> revision.run(job));
        } catch (TimeoutException e) {
            throw new PipelineTimeoutException(timeoutOf(exchange), e);
        } finally {
            exchange.setVariable("executionTimeMs", attempt.executionTimeMs());
        }
        if (job.getException() instanceof InterruptedException interrupted) {
            throw new AttemptStoppedException(attempt.jobId, attempt.number, interrupted);
        }
        if (job.getException() != null) {
            throw job.getException();
        }
    }

    /** As variables and dead letters hold it; null if no step of the pipeline is known. */
    private static Map<String, Object> placeOf(Exchange job) {
        FailurePlace place = Revision.placeOf(job);
        return place == null ? null : place.asMap();
    }

    @Override
    public void report(String jobId, int attempt, String stage, int percent) {
        find(jobId, attempt).ifPresent(running -> running.report(stage, percent));
    }

    /** Every attempt of this process. */
    Stream<Attempt> all() {
        return attempts.values().stream();
    }

    Optional<Attempt> find(String jobId, int number) {
        return Optional.ofNullable(attempts.get(jobId)).filter(attempt -> attempt.number == number);
    }

    void forget(Attempt attempt) {
        attempts.remove(attempt.jobId, attempt);
    }

    /** Wakes those that wait for attempts to end. */
    void changed() {
        synchronized (attempts) {
            attempts.notifyAll();
        }
    }

    /** How many attempts of this process have not ended. */
    int active() {
        return (int) all().filter(attempt -> !attempt.left()).count();
    }

    /** Whether no attempt runs and the database has every result. */
    boolean noneLeft() {
        return attempts.isEmpty();
    }

    /** The attempt of this exchange met a fault of this worker: stops it and returns it for release-jobs.sql. */
    public List<Attempt.Progress> stop(Exchange exchange) {
        Attempt attempt = of(exchange);
        return attempt.stop() ? List.of(attempt.progress(System.nanoTime())) : List.of();
    }

    /** Stops every attempt without a result and returns what was stopped, for release-jobs.sql. */
    public List<Attempt.Progress> stopAll() {
        long now = System.nanoTime();
        return all().filter(Attempt::stop).map(attempt -> attempt.progress(now)).toList();
    }

    /** Waits until no pipeline runs; returns false when one still runs after that time. */
    boolean awaitIdle(Duration limit) throws InterruptedException {
        return await(() -> all().allMatch(Attempt::left), limit);
    }

    /** Waits until the database has every result of this worker; returns false when it does not after that time. */
    boolean awaitRecorded(Duration limit) throws InterruptedException {
        return await(attempts::isEmpty, limit);
    }

    private boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (attempts) {
            while (!condition.getAsBoolean()) {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return false;
                }
                attempts.wait(left / 1_000_000 + 1);
            }
        }
        return true;
    }
}
