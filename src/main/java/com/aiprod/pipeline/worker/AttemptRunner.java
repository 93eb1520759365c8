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
import com.aiprod.pipeline.stage.WorkerFaultException;
import com.aiprod.pipeline.stage.http.HttpFailure;
import com.aiprod.pipeline.telemetry.StageTimer;
import com.aiprod.pipeline.telemetry.TraceParent;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a try of an attempt: the pipeline on the job, from its input to the check and delivery of its output. */
final class AttemptRunner {

    private static final String TRIES = "tries";
    private static final String FAILED_AT = "failedAt";

    private static final Logger LOG = LoggerFactory.getLogger(AttemptRunner.class);
    private static final int MAX_DOUBLINGS = 10;

    private final LivePipelines pipelines;
    private final ExecutorService threads;
    private final WorkerHealth health;
    private final OutputCheck outputs;
    private final ArtifactStore artifacts;
    private final CleanUp cleanUp;

    /**
     * Creates threads for pipelines, which end with the context.
     *
     * @param health learns of faults of this worker
     * @param outputs checks what a pipeline leaves
     * @param artifacts receives the files that a pipeline stores
     */
    AttemptRunner(
            CamelContext camel,
            LivePipelines pipelines,
            WorkerHealth health,
            OutputCheck outputs,
            ArtifactStore artifacts) {
        this.pipelines = pipelines;
        this.threads = camel.getExecutorServiceManager().newCachedThreadPool(this, "pipeline");
        this.health = health;
        this.outputs = outputs;
        this.artifacts = artifacts;
        this.cleanUp = new CleanUp(camel, threads);
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
        Attempt attempt = RunningAttempts.of(exchange);
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
        Revision revision = RunningAttempts.revisionOf(exchange);
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
            throw new PipelineTimeoutException(attempt.timeout, e);
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
}
