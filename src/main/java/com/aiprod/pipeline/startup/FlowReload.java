package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlNodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.service.ServiceSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Makes saved files of the flow live in development, or says why not in one line for each fault.
 *
 * <p>Camel's own reload removes the old routes before it knows that it can build the new ones. Here, a check precedes
 * it, and if Camel still cannot build the new routes, the old ones return. Only files that consist of routes are
 * reloaded: routes that already run would not notice another REST path or error handler.
 */
final class FlowReload extends ServiceSupport implements CamelContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(FlowReload.class);
    private static final Duration POLL = Duration.ofMillis(200);
    /** For exchanges that still run in a route that is replaced. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final DevelopedFlow flow;
    private final SortedMap<String, String> running;
    private Map<Path, String> lastSeen;
    private Map<Path, String> judged;
    private CamelContext camel;
    private ScheduledExecutorService poller;

    /** @param running the texts that were loaded at the start, by their path below {@code routes} */
    FlowReload(DevelopedFlow flow, SortedMap<String, String> running) {
        this.flow = flow;
        this.running = new TreeMap<>(running);
    }

    @Override
    public void setCamelContext(CamelContext camelContext) {
        camel = camelContext;
    }

    @Override
    public CamelContext getCamelContext() {
        return camel;
    }

    @Override
    protected void doStart() {
        poller = camel.getExecutorServiceManager().newSingleThreadScheduledExecutor(this, "reload-flow");
        var unused = poller.scheduleWithFixedDelay(this::poll, 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    protected void doStop() {
        camel.getExecutorServiceManager().shutdownNow(poller);
    }

    private void poll() {
        try {
            Map<Path, String> seen = flow.states();
            boolean settled = seen.equals(lastSeen);
            lastSeen = seen;
            // A file may be half written, and the files of one change are not saved at the same time.
            if (settled && !seen.equals(judged)) {
                judge(flow.read());
                judged = seen;
            }
        } catch (IOException | UncheckedIOException e) {
            // A file vanished while it was read: the next polls see it settled.
            LOG.debug("Cannot read the files of the flow", e);
        } catch (RuntimeException e) {
            // An exception would end the polling.
            LOG.error("Cannot reload the flow", e);
        }
    }

    private void judge(DevelopedFlow.Snapshot files) throws IOException {
        TreeSet<String> changed = new TreeSet<>(running.keySet());
        changed.addAll(files.loaded().keySet());
        changed.removeIf(path -> Objects.equals(text(files.loaded().get(path)), running.get(path)));
        List<Fault> faults = new ArrayList<>(files.misplaced());
        if (!changed.isEmpty()) {
            faults.addAll(flow.check());
        }
        if (faults.isEmpty()) {
            replace(changed, files.loaded());
        } else {
            faults.forEach(fault -> LOG.error("Not reloaded: {}", fault));
        }
    }

    private static String text(SourceFile file) {
        return file == null ? null : file.text();
    }

    /** Removes all old routes before it loads new ones: a route may have moved to another file. */
    private void replace(Collection<String> changed, SortedMap<String, SourceFile> files) {
        SortedMap<String, String> before = new TreeMap<>();
        SortedMap<String, String> after = new TreeMap<>();
        for (String path : changed) {
            String old = running.getOrDefault(path, "");
            String next = files.containsKey(path) ? files.get(path).text() : "";
            if (isRoutesOnly(old) && isRoutesOnly(next)) {
                before.put(path, old);
                after.put(path, next);
            } else {
                LOG.warn("Not reloaded: {}: restart to apply this change, because the file has more than routes", path);
            }
        }
        try {
            exchange(before, after);
            after.forEach((path, text) -> {
                LOG.info(
                        "Reloaded {}", files.containsKey(path) ? files.get(path).location() : path + ", which is gone");
                running.put(path, text);
            });
            running.keySet().removeIf(path -> !files.containsKey(path) && after.containsKey(path));
        } catch (Exception e) {
            LOG.error("Not reloaded: {}: {}", after.keySet(), YamlNodes.firstLine(String.valueOf(e.getMessage())), e);
            restore(before, after);
        }
    }

    private void restore(SortedMap<String, String> before, SortedMap<String, String> after) {
        try {
            exchange(after, before);
        } catch (Exception e) {
            LOG.error("Routes of {} are stopped: restart", before.keySet(), e);
        }
    }

    private void exchange(SortedMap<String, String> from, SortedMap<String, String> to) throws Exception {
        for (String text : from.values()) {
            remove(routes(text));
        }
        for (Map.Entry<String, String> file : to.entrySet()) {
            load(file.getKey(), file.getValue());
        }
    }

    private void load(String path, String text) throws Exception {
        if (!text.isBlank()) {
            PluginHelper.getRoutesLoader(camel).loadRoutes(ResourceHelper.fromString(path, text));
        }
    }

    private void remove(Collection<String> routes) throws Exception {
        ModelCamelContext model = (ModelCamelContext) camel;
        for (String route : routes) {
            if (model.getRouteDefinition(route) != null) {
                camel.getRouteController().stopRoute(route, GRACE.toMillis(), TimeUnit.MILLISECONDS);
                model.removeRouteDefinition(model.getRouteDefinition(route));
            }
        }
    }

    private static boolean isRoutesOnly(String text) {
        return entries(text).stream().allMatch(entry -> YamlNodes.fields(entry).containsKey("route"));
    }

    /** The IDs of the routes; the check has found that each has one. */
    private static List<String> routes(String text) {
        return entries(text).stream()
                .map(entry -> YamlNodes.field(YamlNodes.fields(entry).get("route"), "id"))
                .toList();
    }

    private static List<Node> entries(String text) {
        return YamlNodes.read(new SourceFile("flow", text), new ArrayList<>())
                .map(YamlNodes::items)
                .orElse(List.of());
    }
}
