package com.aiprod.pipeline.operations;

import com.aiprod.pipeline.pipeline.PermanentStageException;
import com.aiprod.pipeline.pipeline.Progress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Handler;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.Route;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.SynchronizationAdapter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attempts that this process is running. Each has a thread of its own, so that it can be held to its wall time and
 * stopped when the job is no longer this worker's.
 */
public final class RunningJobs implements Progress {

    private static final Logger LOG = LoggerFactory.getLogger(RunningJobs.class);

    /** How long a stopped pipeline may take to notice before its thread is given up; the contract says 5 s. */
    private static final Duration STOP_GRACE = Duration.ofSeconds(5);

    private final CamelContext camel;
    private final ProducerTemplate producer;
    private final ExecutorService threads;
    private final String pipelineRoute;
    private final Duration timeout;
    private final String workerId = "%s-%d-%s"
            .formatted(
                    Objects.requireNonNullElse(System.getenv("HOSTNAME"), "worker"),
                    ProcessHandle.current().pid(),
                    UUID.randomUUID().toString().substring(0, 8));
    private final Map<String, Run> runs = new ConcurrentHashMap<>();

    RunningJobs(CamelContext camel, String pipelineRoute, Duration timeout) {
        this.camel = camel;
        this.producer = camel.createProducerTemplate();
        this.threads = camel.getExecutorServiceManager().newCachedThreadPool(this, "pipeline");
        this.pipelineRoute = pipelineRoute;
        this.timeout = timeout;
    }

    /** Who holds the leases of this process: the host's name, the process id and a part that no restart repeats. */
    public String workerId() {
        return workerId;
    }

    /** The claim succeeded: the wall time of the attempt starts, and its lease is renewed until the exchange is done. */
    public void begin(Exchange exchange) {
        String jobId = exchange.getVariable("jobId", String.class);
        int attempt = exchange.getVariable("attempt", Integer.class);
        Run run = new Run(jobId, attempt, timeout);
        runs.put(jobId, run);
        exchange.setVariable("run", run);
        exchange.getExchangeExtension().addOnCompletion(new SynchronizationAdapter() {
            @Override
            public void onDone(Exchange done) {
                runs.remove(jobId, run);
            }
        });
    }

    /**
     * Runs the pipeline on the exchange's body and leaves what the pipeline left, a Map. Counts in the variable
     * {@code tries}: Camel takes its own counter away before a dead letter is written.
     *
     * @throws PipelineTimeoutException when the attempt's wall time is over, the time of earlier tries included
     * @throws RunStoppedException when the job stopped being this worker's
     * @throws Exception what a stage threw
     */
    @Handler
    public void run(Exchange exchange) throws Exception {
        Run run = exchange.getVariable("run", Run.class);
        exchange.setVariable("tries", ++run.tries);
        Exchange pipeline = new DefaultExchange(camel);
        pipeline.getMessage().setBody(exchange.getMessage().getBody());
        pipeline.getMessage().setHeader("jobId", run.jobId);
        pipeline.getMessage().setHeader("attempt", run.attempt);
        try {
            run.execute(threads, () -> producer.send(pipelineEndpoint(), pipeline));
        } catch (TimeoutException e) {
            throw new PipelineTimeoutException(timeout, e);
        } finally {
            exchange.setVariable("executionTimeMs", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - run.started));
        }
        if (pipeline.getException() instanceof InterruptedException interrupted) {
            throw new RunStoppedException(run.jobId, run.attempt, interrupted);
        }
        if (pipeline.getException() != null) {
            throw pipeline.getException();
        }
        exchange.getMessage().setBody(output(pipeline));
    }

    private Endpoint pipelineEndpoint() {
        Route route = camel.getRoute(pipelineRoute);
        if (route == null) {
            throw new PermanentStageException(
                    "PIPELINE_UNKNOWN", "The pipeline '%s' is not there.".formatted(pipelineRoute));
        }
        return route.getEndpoint();
    }

    private Map<?, ?> output(Exchange pipeline) {
        if (pipeline.getMessage().getBody() instanceof Map<?, ?> output) {
            return output;
        }
        throw new PermanentStageException(
                "PIPELINE_OUTPUT_INVALID", "The pipeline '%s' left no map as its output.".formatted(pipelineRoute));
    }

    @Override
    public void report(String jobId, int attempt, String stage, int percent) {
        Run run = runs.get(jobId);
        if (run != null && run.attempt == attempt) {
            run.progress = new RunProgress(UUID.fromString(jobId), attempt, stage, percent);
        }
    }

    /** What renew-leases tells the database, or an empty list when nothing runs. */
    public List<RunProgress> progress() {
        return runs.values().stream().map(run -> run.progress).toList();
    }

    /**
     * Stops every attempt that the database did not confirm as this worker's.
     *
     * @param asked what {@link #progress()} gave
     * @param owned rows with {@code job_id} and {@code attempt}
     */
    public void keepOnly(List<RunProgress> asked, List<Map<String, Object>> owned) {
        List<RunKey> kept = new ArrayList<>();
        for (Map<String, Object> row : owned) {
            kept.add(new RunKey((String) row.get("job_id"), (Integer) row.get("attempt")));
        }
        for (RunProgress run : asked) {
            if (!kept.contains(new RunKey(run.jobId().toString(), run.attempt()))) {
                Optional.ofNullable(runs.get(run.jobId().toString())).ifPresent(lost -> {
                    LOG.info("Job {} attempt {} is no longer this worker's and stops", run.jobId(), run.attempt());
                    lost.stop();
                });
            }
        }
    }

    private record RunKey(String jobId, int attempt) {}

    /** How far an attempt is, as renew-leases sends it; stage and percent are null before the first report. */
    public record RunProgress(UUID jobId, int attempt, String stage, Integer percent) {}

    private static final class Run {
        private final String jobId;
        private final int attempt;
        private final long started = System.nanoTime();
        private final long deadline;
        private volatile RunProgress progress;
        private int tries;
        private Future<?> running;
        private boolean stopped;

        private Run(String jobId, int attempt, Duration timeout) {
            this.jobId = jobId;
            this.attempt = attempt;
            this.deadline = started + timeout.toNanos();
            this.progress = new RunProgress(UUID.fromString(jobId), attempt, null, null);
        }

        private void execute(ExecutorService threads, Runnable pipeline) throws Exception {
            CountDownLatch ended = new CountDownLatch(1);
            begin(threads, () -> {
                try {
                    pipeline.run();
                } finally {
                    ended.countDown();
                }
            });
            try {
                running.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            } catch (CancellationException e) {
                throw new RunStoppedException(jobId, attempt, e);
            } finally {
                running.cancel(true);
                if (!ended.await(STOP_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
                    LOG.error("Job {} attempt {} does not stop; its thread is left behind", jobId, attempt);
                }
            }
        }

        private synchronized void begin(ExecutorService threads, Runnable task) {
            if (stopped) {
                throw new RunStoppedException(jobId, attempt, null);
            }
            running = threads.submit(task);
        }

        private synchronized void stop() {
            stopped = true;
            if (running != null) {
                running.cancel(true);
            }
        }
    }
}
