package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.artifact.StoredArtifacts;
import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.stage.JobMemory;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Runs the routes of a pipeline in a context as workers make it, with the real stages and components. */
final class PipelineStand implements AutoCloseable {

    private static final Preset PRESET = new Preset(
            "generated_clip", "A clip", 5, 10, Map.of("width", 1280, "height", 720, "frame_rate", 24), Map.of());

    final String jobId = UUID.randomUUID().toString();
    final ArtifactStore store;
    final List<String> progress = new CopyOnWriteArrayList<>();
    /** What the job remembers. */
    final Map<String, Object> remembered = new ConcurrentHashMap<>();

    final DefaultCamelContext camel;
    private final String name;
    private final AnnotationConfigApplicationContext application = new AnnotationConfigApplicationContext();
    private final ProducerTemplate producer;
    private volatile RuntimeException memoryFault;

    PipelineStand(Path artifacts, PipelineFiles files, Map<String, Object> settings) throws Exception {
        Map<String, Object> all = new TreeMap<>(Map.of(
                "aiprod.artifacts-dir", artifacts.toString(),
                "aiprod.pipeline.max-artifact-size", "10MB",
                "aiprod.pipeline.http.connect-timeout", "5s",
                "aiprod.pipeline.http.response-timeout", "30s"));
        all.putAll(settings);
        name = files.name();
        application.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", all));
        application.getBeanFactory().setConversionService(ApplicationConversionService.getSharedInstance());
        application.registerBean(
                Progress.class, () -> (job, attempt, stage, percent) -> progress.add(stage + " " + percent));
        application.registerBean(JobMemory.class, () -> this::remember);
        application.scan("com.aiprod.pipeline.stage", "com.aiprod.pipeline.artifact");
        application.refresh();
        store = application.getBean(ArtifactStore.class);
        PipelineContexts contexts = new PipelineContexts(application, new ObjectMapper());
        camel = contexts.make(name);
        contexts.load(camel, files);
        camel.start();
        producer = camel.createProducerTemplate();
    }

    /** A pipeline of one file. */
    static PipelineFiles file(String name, String yaml) {
        SortedMap<String, SourceFile> files = new TreeMap<>();
        files.put(name + ".camel.yaml", new SourceFile(name + ".camel.yaml", yaml));
        return new PipelineFiles(name, files);
    }

    private void remember(String job, int attempt, String key, String value) {
        if (memoryFault != null) {
            throw memoryFault;
        }
        if (value == null) {
            remembered.remove(key);
        } else {
            remembered.put(key, value);
        }
    }

    /** @param fault null if the memory works again */
    void breakMemory(RuntimeException fault) {
        memoryFault = fault;
    }

    /**
     * @param output with its artifacts; null if the try failed
     * @param failure null if the try succeeded
     */
    record Try(Map<String, Object> output, Throwable failure, Exchange exchange) {

        /** The failure that the job's owner sees; null if no stage named it. */
        StageException stageFailure() {
            Throwable cause = failure;
            while (cause != null && !(cause instanceof StageException)) {
                cause = cause.getCause();
            }
            return (StageException) cause;
        }
    }

    /** Runs one try on this thread, as a worker does. */
    Try run(int attempt, Map<String, Object> job) throws Exception {
        Exchange exchange = newExchange(attempt, job, new ConcurrentHashMap<>(remembered));
        StoredArtifacts artifacts = StoredArtifacts.follow(exchange, store, jobId, attempt);
        producer.send("direct:" + name, exchange);
        if (exchange.getException() != null) {
            artifacts.discard();
            return new Try(null, exchange.getException(), exchange);
        }
        @SuppressWarnings("unchecked")
        Map<String, Object> left = exchange.getMessage().getBody(Map.class);
        Map<String, Object> output = artifacts.addTo(left);
        artifacts.deliver();
        return new Try(output, null, exchange);
    }

    /** Runs one try on a thread of its own. */
    Running start(int attempt, Map<String, Object> job) {
        CompletableFuture<Try> end = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                end.complete(run(attempt, job));
            } catch (Exception e) {
                end.completeExceptionally(e);
            }
        });
        thread.start();
        return new Running(thread, end);
    }

    /** A try on its thread, with its end. */
    record Running(Thread thread, CompletableFuture<Try> end) {

        /** Whether the try waits for bytes of a response. */
        boolean reads() {
            return Arrays.stream(thread.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().endsWith("SessionInputBufferImpl"));
        }

        /** Interrupts the try, which must end within 5 s. */
        Try interrupted() throws Exception {
            thread.interrupt();
            return end.get(5, TimeUnit.SECONDS);
        }
    }

    /** A file that the job has stored. */
    Path stored(int attempt, String file) {
        return store.find(jobId, attempt, file).orElseThrow();
    }

    /** Calls the route that cleans up after a stopped attempt. */
    Exchange stopped(int attempt, Map<String, Object> job) {
        return producer.send(
                "direct:" + name + "-stopped", newExchange(attempt, job, new ConcurrentHashMap<>(remembered)));
    }

    private Exchange newExchange(int attempt, Map<String, Object> job, Map<String, Object> variables) {
        Exchange exchange = new DefaultExchange(camel);
        exchange.getMessage().setBody(new TreeMap<>(job));
        exchange.getMessage().setHeader("jobId", jobId);
        exchange.getMessage().setHeader("attempt", attempt);
        exchange.setVariable("jobId", jobId);
        exchange.setVariable("attempt", attempt);
        exchange.setVariable("preset", PRESET.asMap());
        exchange.setVariable("job", variables);
        return exchange;
    }

    List<String> progress() {
        return new ArrayList<>(progress);
    }

    @Override
    public void close() {
        camel.stop();
        application.close();
    }
}
