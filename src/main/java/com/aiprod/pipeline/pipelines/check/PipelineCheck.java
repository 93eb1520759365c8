package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.PipelineSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.PropertiesSource;
import org.springframework.core.env.Environment;

/**
 * Finds everything about a pipeline that can be known before a job comes. A worker and the command {@code check} use it
 * alike. Starts nothing, and leaves nothing behind.
 */
public final class PipelineCheck {

    private static final Pattern SOURCE_OF_ROUTE =
            Pattern.compile("(?m)^\\s*(?:- )?uri: *['\"]?(direct:[^\\s'\"?]+)['\"]? *\\r?$");

    private static final Set<String> SOURCES = Set.of("direct", "seda");

    private final PipelineContexts contexts;
    private final Environment environment;
    private final Set<String> settings;
    /** The revisions of the pipelines in the jar, by name. */
    private final Map<String, String> builtIn = new HashMap<>();

    /**
     * Checks against what this application offers.
     *
     * @param environment has the settings; only their names appear in faults
     */
    public PipelineCheck(PipelineContexts contexts, Environment environment) {
        this.contexts = contexts;
        this.environment = environment;
        this.settings = CheckScope.settings(environment);
        PipelineFiles.builtIn().forEach((name, files) -> builtIn.put(name, files.revision()));
    }

    /**
     * Checks one pipeline.
     *
     * @return all faults by file and line; empty if all is well
     */
    public List<Fault> check(PipelineFiles files) {
        return check(files, new TreeMap<>());
    }

    /**
     * Checks one pipeline, and what concerns it together with others.
     *
     * @param pipelines it and the others, by name
     * @return all faults in its files; empty if all is well, and for what is in the jar, which the build has checked
     */
    List<Fault> checkAmong(PipelineFiles files, SortedMap<String, PipelineFiles> pipelines) {
        if (files.revision().equals(builtIn.get(files.name()))) {
            return List.of();
        }
        List<Fault> faults = new ArrayList<>(check(files, pipelines));
        faults.addAll(PresetNames.inTwo(files, pipelines.values()));
        return CheckScope.sorted(faults);
    }

    private List<Fault> check(PipelineFiles files, Map<String, PipelineFiles> others) {
        List<Fault> faults = new ArrayList<>();
        FileNames.check(files, faults);
        PipelineSettings own = PipelineSettings.of(files, faults);
        List<RouteFile> routes = new ArrayList<>();
        files.files().forEach((name, source) -> {
            if (name.endsWith(PipelineFiles.ROUTE_SUFFIX)) {
                routes.add(RouteFileReader.read(source, faults));
            }
        });
        boolean fitsSchema = faults.isEmpty();
        DefaultCamelContext camel = contexts.make("check-" + files.name());
        try {
            Set<String> standIns = standIns(camel, own);
            camel.build();
            CheckScope scope = new CheckScope(camel, routes, settings, standIns, faults);
            contexts.stageBeans().forEach((name, bean) -> scope.beans.put(name, bean.getClass()));
            check(files, others, scope, fitsSchema);
            new VariableCheck(scope, own).check();
            // What is wrong by now would only be refused again, in other words.
            if (faults.isEmpty()) {
                build(files, camel).filter(fault -> !scope.usesStandIn(fault)).ifPresent(faults::add);
            }
        } finally {
            camel.stop();
        }
        return CheckScope.sorted(faults);
    }

    private static void check(
            PipelineFiles files, Map<String, PipelineFiles> others, CheckScope scope, boolean fitsSchema) {
        EndpointCheck endpoints = new EndpointCheck(scope);
        RouteGraph graph = new RouteGraph(scope);
        NameCheck names = new NameCheck(scope, graph);
        CallCheck calls = new CallCheck(scope, graph);
        scope.checkPlaceholders();
        names.checkIds();
        names.checkSources();
        names.checkEntry(files, fitsSchema);
        scope.routes().stream()
                .filter(route -> route.from != null)
                .forEach(route -> endpoints.check(route.from, SOURCES, graph.sources()));
        scope.steps().forEach(step -> {
            if (!step.kind.startsWith("intercept")) {
                step.endpoints.forEach(endpoint -> endpoints.check(endpoint, Set.of(), graph.sources()));
            }
        });
        scope.outsideRoutes("rest", "restConfiguration")
                .forEach(step -> scope.faults.add(step.fault("A pipeline has no '" + step.kind
                        + "': a job starts it, and nothing else. Requests belong to the folder 'api' of the flow.")));
        new ReferenceCheck(scope).check();
        new ExpressionCheck(scope).check();
        names.checkConfigurations();
        Set<String> meant = calls.checkTargets(sourcesOf(others, files.name()));
        new EndlessCheck(scope, graph).check();
        if (fitsSchema) {
            boolean certain = scope.faults.isEmpty();
            calls.checkReached(files.name(), meant);
            new BodyCheck(scope, graph).check(files.name(), certain);
        }
    }

    /** What routes of other pipelines may start from, to explain why they cannot be called. */
    private static Map<String, String> sourcesOf(Map<String, PipelineFiles> pipelines, String except) {
        Map<String, String> sources = new HashMap<>();
        pipelines.forEach((name, files) -> {
            if (!name.equals(except)) {
                files.files().values().forEach(file -> {
                    Matcher from = SOURCE_OF_ROUTE.matcher(file.text());
                    if (from.find()) {
                        sources.putIfAbsent(from.group(1), name);
                    }
                });
            }
        });
        return sources;
    }

    /** Settings that the pipeline requires count as known where they have no value, because it is not offered there. */
    private Set<String> standIns(DefaultCamelContext camel, PipelineSettings own) {
        Map<String, String> values = new HashMap<>();
        for (String name : own.missing(environment)) {
            values.put(name, name.matches(".*(url|uri|endpoint|host)") ? "localhost" : "1");
        }
        if (!values.isEmpty()) {
            camel.getPropertiesComponent().addPropertiesSource(new PropertiesSource() {
                @Override
                public String getName() {
                    return "required";
                }

                @Override
                public String getProperty(String name) {
                    return values.get(name);
                }
            });
        }
        return values.keySet();
    }

    /** Builds the routes as a worker would, without running them; returns the first fault. */
    private Optional<Fault> build(PipelineFiles files, DefaultCamelContext camel) {
        try {
            camel.setAutoStartup(false);
            contexts.load(camel, files);
            camel.start();
            return Optional.empty();
        } catch (Exception | LinkageError | StackOverflowError e) {
            return Optional.of(BuildFault.of(e, camel, files));
        }
    }
}
