package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.artifact.StorageFull;
import com.aiprod.pipeline.artifact.StoredArtifacts;
import com.aiprod.pipeline.job.Failure;
import com.aiprod.pipeline.job.PipelineTimeoutException;
import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.FailurePlace;
import com.aiprod.pipeline.pipelines.OutputCheck;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.PipelineSettings;
import com.aiprod.pipeline.pipelines.Revision;
import com.aiprod.pipeline.pipelines.StepTrace;
import com.aiprod.pipeline.pipelines.StoppableTask;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.stage.Failures;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.TransientStageException;
import com.aiprod.pipeline.stage.WorkerFaultException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.Environment;

/**
 * A pipeline that runs single jobs for {@code try} and {@code test}: on the code that workers run, without the database
 * and Pub/Sub.
 */
public final class Trial implements AutoCloseable {

    /** What the job's owner never sees: the job goes to another worker. */
    static final String WORKER_FAULT = "WORKER_FAULT";

    private static final Duration STOP_GRACE = Duration.ofSeconds(5);
    private static final Duration CLEAN_UP = Duration.ofSeconds(10);
    private static final int ATTEMPT = 1;

    private final PipelineFiles files;
    private final PipelineSettings settings;
    private final Environment environment;
    private final Path artifacts;
    private final ArtifactStore store;
    private final TrialReports reports;
    private final OutputCheck outputs;
    private final Secrets secrets;
    private final StepStubs stubs = new StepStubs();
    private final DefaultCamelContext camel;
    private final Revision revision;
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "pipeline");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Loads a pipeline that a check has found well.
     *
     * @param application has the bean {@link TrialReports}, and the setting {@code aiprod.artifacts-dir}
     * @param standIns values that take precedence over the settings of the environment; empty without any
     * @throws Exception if Camel refuses the routes
     */
    public Trial(
            PipelineFiles files,
            ApplicationContext application,
            PipelineContexts contexts,
            Map<String, String> standIns)
            throws Exception {
        this.files = files;
        this.settings = PipelineSettings.of(files, new ArrayList<>());
        this.environment = application.getEnvironment();
        this.artifacts =
                Path.of(environment.getRequiredProperty("aiprod.artifacts-dir")).toAbsolutePath();
        this.store = application.getBean(ArtifactStore.class);
        this.reports = application.getBean(TrialReports.class);
        this.outputs = new OutputCheck(application.getBean(ObjectMapper.class), hidden());
        this.secrets = new Secrets(files, environment);
        this.camel = contexts.make(files.name());
        try {
            if (!standIns.isEmpty()) {
                Properties override = new Properties();
                override.putAll(standIns);
                camel.getPropertiesComponent().setOverrideProperties(override);
            }
            camel.getCamelContextExtension().addInterceptStrategy(stubs);
            contexts.load(camel, files);
            camel.start();
            this.revision = Revision.of(files, settings, camel);
        } catch (Exception | LinkageError e) {
            camel.stop();
            threads.shutdownNow();
            throw e;
        }
    }

    private List<Path> hidden() {
        return Stream.of(artifacts.toString(), environment.getProperty("aiprod.video.scratch-dir", ""))
                .filter(folder -> !folder.isBlank())
                .map(Path::of)
                .toList();
    }

    /** The IDs of the steps that can be stubbed. */
    public Set<String> steps() {
        return stubs.steps();
    }

    /** Hides the secrets of the pipeline. */
    Secrets secrets() {
        return secrets;
    }

    PipelineFiles files() {
        return files;
    }

    /**
     * How a job ended.
     *
     * @param jobId identifies it in its output
     * @param output null if it failed
     * @param failure null if it completed
     * @param cause what failed, for people who write pipelines; null if it completed
     * @param place where it failed; null if it completed or no step began
     * @param tries how often the pipeline ran
     * @param steps of the last try, in the order in which they began
     * @param calls how often each step of the last try ran, by ID
     * @param progress the last report of each stage, as {@code STAGE PERCENT}
     * @param variables what the job remembers, by name
     * @param artifacts the files that were delivered
     * @param missed the step of the last try that read a key of the job that is not there; null if none did
     */
    public record Outcome(
            String jobId,
            Map<String, Object> output,
            Failure failure,
            Throwable cause,
            FailurePlace place,
            int tries,
            List<StepTrace.Step> steps,
            Map<String, Integer> calls,
            List<String> progress,
            Map<String, Object> variables,
            List<Path> artifacts,
            FailurePlace missed) {

        /** What failed, for people who write pipelines, where the failure does not say it; null if it does. */
        String reason() {
            if (cause == null || String.valueOf(cause.getMessage()).equals(failure.message())) {
                return null;
            }
            Throwable innermost = cause;
            while (innermost.getCause() != null && innermost.getCause() != innermost) {
                innermost = innermost.getCause();
            }
            String message =
                    YamlNodes.firstLine(innermost.getMessage()).replaceFirst(" on the exchange: Exchange\\[.*", "");
            return innermost.getClass().getName()
                    + (message.isEmpty()
                            ? innermost instanceof NullPointerException ? ": a value is missing" : ""
                            : ": " + message);
        }

        /**
         * The last key that a step before the failed one read of the job and that is not there; null without one, and if
         * the failure has nothing to do with a missing value.
         */
        String missedKey() {
            String reason = reason();
            boolean isKnown = place != null && place.missingKey() != null;
            if (missed == null || isKnown || reason == null || !reason.matches("(?i).*\\bnull(pointer.*|\\b.*)")) {
                return null;
            }
            return "the step " + missed.step() + " (" + missed.file() + ":" + missed.line() + ") read '"
                    + missed.missingKey() + "', which the job does not have";
        }
    }

    /**
     * Runs a job.
     *
     * @param stubbed stubs by the ID of the step
     * @param variables what the job remembers at the start, by name
     * @param retries whether to retry what may pass, as {@code pipeline.yaml} says
     */
    public Outcome run(TrialJob job, Map<String, Stub> stubbed, Map<String, Object> variables, boolean retries)
            throws InterruptedException, IOException {
        String jobId = UUID.randomUUID().toString();
        Map<String, Object> remembered = new ConcurrentHashMap<>(variables);
        Duration timeout = revision.timeout() == null ? defaultTimeout() : revision.timeout();
        long deadline = System.nanoTime() + timeout.toNanos();
        for (int number = 1; ; number++) {
            StepTrace trace = new StepTrace(body -> BodyText.of(body, secrets));
            Exchange exchange = newExchange(job, jobId, trace);
            exchange.setVariable("job", remembered);
            StepStubs.follow(exchange, stubbed);
            StoredArtifacts stored = StoredArtifacts.follow(exchange, store, jobId, ATTEMPT);
            Map<String, Object> output = null;
            Exception thrown = execute(() -> revision.run(exchange), exchange, timeout, deadline);
            FailurePlace place = Revision.placeOf(exchange);
            if (thrown == null) {
                try {
                    output = stored.addTo(
                            outputs.check(files.name(), exchange.getMessage().getBody()));
                    stored.deliver();
                } catch (PermanentStageException | IOException e) {
                    thrown = StorageFull.named(e);
                }
            }
            if (thrown != null) {
                output = null;
                stored.discard();
            }
            if (thrown instanceof PipelineTimeoutException && revision.cleansUp()) {
                cleanUp(job, jobId, exchange);
            }
            long pause = revision.delay().toNanos() << Math.min(number - 1, 10);
            if (thrown == null
                    || !retries
                    || number > revision.redeliveries()
                    || !mayPass(thrown)
                    || System.nanoTime() + pause >= deadline) {
                return new Outcome(
                        jobId,
                        output,
                        thrown == null ? null : failure(thrown),
                        thrown,
                        thrown == null ? null : place,
                        number,
                        trace.steps(),
                        trace.calls(),
                        reports.take(jobId),
                        remembered,
                        delivered(jobId),
                        trace.missed());
            }
            TimeUnit.NANOSECONDS.sleep(pause);
        }
    }

    /** As a worker does after a time-out. */
    private void cleanUp(TrialJob job, String jobId, Exchange stopped) throws InterruptedException {
        Exchange exchange = newExchange(job, jobId, StepTrace.of(stopped));
        stopped.getVariables().forEach(exchange::setVariable);
        exchange.setVariable("stopReason", "timeout");
        StepStubs.follow(exchange, StepStubs.of(stopped));
        execute(() -> revision.cleanUp(exchange), exchange, CLEAN_UP, System.nanoTime() + CLEAN_UP.toNanos());
    }

    private Duration defaultTimeout() {
        return environment.getRequiredProperty("aiprod.pipeline.timeout", Duration.class);
    }

    private Exchange newExchange(TrialJob job, String jobId, StepTrace trace) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("job_id", jobId);
        body.putAll(job.fields());
        Exchange exchange = revision.newExchange(body, trace);
        exchange.setVariable("jobId", jobId);
        exchange.setVariable("attempt", ATTEMPT);
        exchange.setVariable("userId", body.get("user_id"));
        exchange.setVariable("requestId", jobId);
        exchange.setVariable("pipeline", files.name());
        exchange.setVariable("revision", files.revision());
        Preset preset = job.preset();
        if (preset != null) {
            exchange.setVariable("preset", preset.asMap());
        }
        exchange.getMessage().setHeader("jobId", jobId);
        exchange.getMessage().setHeader("attempt", ATTEMPT);
        return exchange;
    }

    /** Returns what the job failed with; null if it did not. */
    private Exception execute(Runnable routes, Exchange exchange, Duration timeout, long deadline)
            throws InterruptedException {
        StoppableTask task = new StoppableTask(routes);
        Future<?> running = threads.submit(task);
        try {
            running.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return new PipelineTimeoutException(timeout, e);
        } catch (ExecutionException e) {
            return e;
        } finally {
            running.cancel(true);
            task.stop(STOP_GRACE);
        }
        return exchange.getException() == null ? null : StorageFull.named(exchange.getException());
    }

    /** As on-transient of the route configuration pipeline-errors decides. */
    private static boolean mayPass(Throwable thrown) {
        if (thrown instanceof PermanentStageException) {
            return false;
        }
        return find(thrown, TransientStageException.class) != null || find(thrown, IOException.class) != null;
    }

    private static Failure failure(Throwable thrown) {
        WorkerFaultException fault = find(thrown, WorkerFaultException.class);
        return fault == null ? Failures.of(thrown) : new Failure(WORKER_FAULT, fault.getMessage(), true);
    }

    private static <T> T find(Throwable thrown, Class<T> type) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
        }
        return null;
    }

    private List<Path> delivered(String jobId) throws IOException {
        if (!Files.isDirectory(artifacts)) {
            return List.of();
        }
        try (Stream<Path> all = Files.walk(artifacts)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> file.toString().contains("/" + jobId + "/" + ATTEMPT + "/"))
                    .sorted()
                    .toList();
        }
    }

    @Override
    public void close() {
        threads.shutdownNow();
        camel.stop();
    }
}
