package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.job.Presets;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The revisions that this worker runs: for each pipeline the one that the database says is live. A new revision takes
 * over between two attempts; an attempt ends on the revision that it began with.
 */
public final class LivePipelines {

    private static final Logger LOG = LoggerFactory.getLogger(LivePipelines.class);
    private static final Duration POLL = Duration.ofMillis(100);

    private final PipelineContexts contexts;
    private final CamelContext flow;
    private final ObjectMapper json;
    private final String override;
    private final Presets presets;
    private final MultiGauge liveGauge;
    private final MultiGauge unusableGauge;
    private final ConcurrentMap<String, Revision> live = new ConcurrentHashMap<>();
    /** The revision that could not be loaded here, by pipeline; it is not tried again. */
    private final ConcurrentMap<String, String> unusable = new ConcurrentHashMap<>();
    /** The revision that requires settings which this worker does not have, by pipeline; not a fault. */
    private final ConcurrentMap<String, String> dormant = new ConcurrentHashMap<>();

    /** The override, if it is a route of the application itself. */
    private Revision flowRoute;

    private final PipelineSlots slots = new PipelineSlots();
    private final CountDownLatch loaded = new CountDownLatch(1);

    /** @param override the pipeline that runs whatever the preset of a job; blank for the preset's own */
    LivePipelines(
            PipelineContexts contexts,
            CamelContext flow,
            ObjectMapper json,
            Presets presets,
            String override,
            MeterRegistry registry) {
        this.presets = presets;
        this.contexts = contexts;
        this.flow = flow;
        this.json = json;
        this.override = override;
        this.liveGauge = MultiGauge.builder("aiprod.pipeline.live")
                .description("1 for the revision of the pipeline on which this worker starts attempts")
                .register(registry);
        this.unusableGauge = MultiGauge.builder("aiprod.pipeline.unusable")
                .description("1 while this worker cannot load the live revision of the pipeline")
                .register(registry);
    }

    /**
     * The revision to run a job on, kept open until {@link Revision#leave()}.
     *
     * @param preset the preset of the job; null chooses none
     * @return empty if no pipeline of this worker has this preset
     */
    public Optional<Revision> enter(String preset) {
        Optional<Revision> chosen = find(preset);
        // Between the choice and the entry it may have been closed; then another one is live.
        return chosen.isEmpty() || chosen.get().enter() ? chosen : enter(preset);
    }

    private Optional<Revision> find(String preset) {
        if (!override.isBlank()) {
            return Optional.ofNullable(live.get(override)).or(this::routeOfTheFlow);
        }
        return live.values().stream()
                .filter(revision -> preset != null && revision.presets().containsKey(preset))
                .findFirst();
    }

    private synchronized Optional<Revision> routeOfTheFlow() {
        if (flowRoute == null && flow.getRoute(override) != null) {
            flowRoute = Revision.ofRoute(flow, override);
        }
        return Optional.ofNullable(flowRoute);
    }

    /** Takes one of the pipeline's own slots for an attempt on this revision; returns false if none is free. */
    public boolean takeSlot(Revision revision) {
        return slots.take(revision.pipeline(), revision.slots());
    }

    /** The attempt that took one of the pipeline's own slots has ended. */
    public void giveBackSlot(Revision revision) {
        slots.giveBack(revision.pipeline());
    }

    /** Whether a live pipeline has this preset, even if this worker does not run it. */
    public boolean offers(String preset) {
        return preset != null && presets.find(preset).isPresent();
    }

    /**
     * The preset of a job that runs on a revision: as that revision defines it, or, for the override, any live one.
     *
     * @return empty if none defines it
     */
    public Optional<Preset> preset(Revision running, String name) {
        return Stream.concat(Stream.of(running), live.values().stream())
                .map(revision -> revision.presets().get(name))
                .filter(preset -> preset != null)
                .findFirst();
    }

    /**
     * Compares what runs here with what is live, and lets go of pipelines that are no longer live.
     *
     * @param rows rows of list-live-revisions.sql
     * @return rows whose revisions {@link #load} has to load
     */
    public List<Map<String, Object>> missing(List<Map<String, Object>> rows) {
        Map<String, String> wanted = new HashMap<>();
        rows.forEach(row -> wanted.put((String) row.get("pipeline"), (String) row.get("revision")));
        dormant.entrySet().removeIf(entry -> !entry.getValue().equals(wanted.get(entry.getKey())));
        boolean changed =
                unusable.entrySet().removeIf(entry -> !entry.getValue().equals(wanted.get(entry.getKey())));
        for (String name : List.copyOf(live.keySet())) {
            if (!wanted.containsKey(name)) {
                LOG.info("Pipeline {} is no longer live", name);
                live.remove(name).retire();
                changed = true;
            }
        }
        if (changed) {
            measure();
        }
        List<Map<String, Object>> missing = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            String name = (String) row.get("pipeline");
            String revision = (String) row.get("revision");
            Revision running = live.get(name);
            boolean tried = revision.equals(unusable.get(name)) || revision.equals(dormant.get(name));
            if ((running == null || !revision.equals(running.id())) && !tried) {
                missing.add(row);
            }
        }
        return missing;
    }

    /** Lets {@link #awaitLoaded} return: everything that is live has been loaded, or cannot be. */
    public void complete() {
        loaded.countDown();
    }

    /**
     * Waits until the live revisions are loaded; returns false if they are not after that time. The time begins when the
     * flow has started, which may take long on a busy machine.
     */
    boolean awaitLoaded(Duration limit) throws InterruptedException {
        while (!flow.isStarted()) {
            if (loaded.await(POLL.toMillis(), TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        return loaded.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Makes a revision run here. If it cannot, the one before goes on.
     *
     * @param row the row of read-revision.sql
     */
    public void load(Map<String, Object> row) throws JsonProcessingException {
        String name = (String) row.get("pipeline");
        SortedMap<String, SourceFile> sources =
                json.readValue((String) row.get("files"), new TypeReference<TreeMap<String, SourceFile>>() {});
        load(new PipelineFiles(name, sources));
    }

    private void load(PipelineFiles files) {
        long start = System.nanoTime();
        DefaultCamelContext camel = contexts.make(files.name());
        try {
            List<Fault> faults = new ArrayList<>();
            PipelineSettings settings = PipelineSettings.of(files, faults);
            if (!faults.isEmpty()) {
                throw new IllegalStateException(
                        faults.stream().map(Fault::toString).collect(Collectors.joining("; ")));
            }
            List<String> unset = contexts.missing(settings);
            if (!unset.isEmpty()) {
                LOG.info("Pipeline {} does not run here: {} is not set", files.name(), String.join(", ", unset));
                dormant.put(files.name(), files.revision());
                camel.stop();
                return;
            }
            contexts.load(camel, files);
            camel.start();
            if (camel.getRoute(files.name()) == null) {
                throw new IllegalStateException("No route has the ID " + files.name());
            }
            Revision before = live.put(files.name(), Revision.of(files, settings, camel));
            measure();
            LOG.info(
                    "Pipeline {}: revision {} is live here after {} ms{}",
                    files.name(),
                    files.revision(),
                    (System.nanoTime() - start) / 1_000_000,
                    before == null ? "" : "; attempts on " + before.id() + " end there");
            if (before != null) {
                before.retire();
            }
        } catch (Exception | LinkageError e) {
            camel.stop();
            unusable.put(files.name(), files.revision());
            measure();
            LOG.error(
                    "Pipeline {}: revision {} is live but cannot run in this worker, whose version may be older. {}",
                    files.name(),
                    files.revision(),
                    live.containsKey(files.name())
                            ? "The revision before goes on here"
                            : "Other workers have to run its jobs",
                    e);
        }
    }

    /** Adds gauges of what is new, and removes those of pipelines and revisions that are gone. */
    private void measure() {
        liveGauge.register(
                live.values().stream()
                        .map(revision -> Row.of(Tags.of("pipeline", revision.pipeline(), "revision", revision.id()), 1))
                        .toList(),
                false);
        unusableGauge.register(
                Stream.concat(live.keySet().stream(), unusable.keySet().stream())
                        .distinct()
                        .map(name -> Row.of(Tags.of("pipeline", name), () -> unusable.containsKey(name) ? 1 : 0))
                        .toList(),
                false);
    }

    /** Closes every revision. */
    void close() {
        live.values().forEach(Revision::retire);
        live.clear();
    }
}
