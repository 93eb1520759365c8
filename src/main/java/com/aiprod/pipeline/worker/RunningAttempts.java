package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.pipelines.LivePipelines;
import com.aiprod.pipeline.pipelines.Revision;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.telemetry.LogContext;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.support.SynchronizationAdapter;

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
    private static final String CLAIMED_AT = "claimedAt";

    /** With more retries than this waiting for each slot, a retry keeps its slot: others would only pile up behind it. */
    private static final int WAITING_PER_SLOT = 8;

    private final LivePipelines pipelines;
    private final Duration timeout;
    private final Slots slots;
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
     */
    RunningAttempts(LivePipelines pipelines, Duration timeout, Slots slots) {
        this.pipelines = pipelines;
        this.timeout = timeout;
        this.slots = slots;
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
        if (revisionOf(exchange) == null) {
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
        Revision revision = revisionOf(exchange);
        return revision == null || revision.timeout() == null ? timeout : revision.timeout();
    }

    /** The attempt of an exchange; null before {@link #begin}. */
    static Attempt of(Exchange exchange) {
        return exchange.getVariable(ATTEMPT, Attempt.class);
    }

    /** The revision that runs the job of an exchange; null if no pipeline of this worker has its preset. */
    static Revision revisionOf(Exchange exchange) {
        return exchange.getVariable(REVISION, Revision.class);
    }

    /** Whether a job that waits for its next try may free its slot for another job. */
    boolean mayFreeSlot() {
        return all().filter(Attempt::waitsWithoutSlot).count() < (long) WAITING_PER_SLOT * slots.count();
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
