package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.check.RouteFile.Named;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Checks what routes and steps are called, and what the routes start from. */
final class NameCheck {

    private final CheckScope scope;
    private final RouteGraph graph;

    NameCheck(CheckScope scope, RouteGraph graph) {
        this.scope = scope;
        this.graph = graph;
    }

    /** Reports IDs that stand in two places, once for each place. */
    void checkIds() {
        Map<String, List<Named>> all = new LinkedHashMap<>();
        for (RouteFile file : scope.files) {
            file.ids.forEach(named -> {
                // Routes and steps share their IDs.
                String space = named.kind().equals("routeConfiguration") ? named.kind() : "";
                all.computeIfAbsent(space + " " + named.id(), key -> new ArrayList<>())
                        .add(named);
            });
        }
        for (List<Named> same : all.values()) {
            for (Named named : same) {
                same.stream()
                        .filter(other -> !other.equals(named))
                        .findFirst()
                        .ifPresent(other -> scope.faults.add(new Fault(
                                named.file().location(),
                                named.line(),
                                named.kind().equals("step") ? named.id() : null,
                                (named.kind().equals("step")
                                                ? "The step id '"
                                                : named.kind().equals("route") ? "The route id '" : "The id '")
                                        + named.id() + "' is also at "
                                        + other.file().location() + ":" + other.line()
                                        + ": give one of them another.")));
            }
        }
    }

    /** Reports two routes that start from the same endpoint, once for each place. */
    void checkSources() {
        Map<String, List<Route>> all = new LinkedHashMap<>();
        for (Route route : scope.routes()) {
            String source = graph.source(route);
            if (source != null && source.startsWith("direct:") && !RouteGraph.isConditional(route)) {
                all.computeIfAbsent(source, key -> new ArrayList<>()).add(route);
            }
        }
        all.forEach((source, same) -> {
            for (Route route : same) {
                same.stream()
                        .filter(other -> other != route && (other.id == null || !other.id.equals(route.id)))
                        .findFirst()
                        .ifPresent(other -> scope.faults.add(route.top.fault(
                                route.from.uri().line(),
                                "The route at " + other.file.location() + ":" + other.line + " also starts from '"
                                        + source + "': only one can.")));
            }
        });
    }

    /** Reports a missing entry route: its ID is the pipeline's name, and it starts from {@code direct:} and that name. */
    void checkEntry(PipelineFiles files, boolean fitsSchema) {
        String name = files.name();
        List<Route> routes = scope.routes();
        String source = "direct:" + name;
        Route started = graph.route(source);
        Optional<Route> named =
                routes.stream().filter(route -> name.equals(route.id)).findFirst();
        for (Route route : routes) {
            if (route.id == null && route != started) {
                scope.faults.add(route.top.fault("This route has no id: write 'id:' and a name below 'route'."));
            }
        }
        if (started != null && started.id == null) {
            scope.faults.add(started.top.fault("The entry route of the pipeline '" + name + "' has no id: write 'id: "
                    + name + "' below 'route'."));
        } else if (named.isPresent() && !source.equals(graph.source(named.get()))) {
            Route route = named.get();
            if (route.from != null
                    && (graph.source(route) != null || !route.from.uri().value().contains("{{"))) {
                // Another kind of endpoint is reported as such.
                if (Address.of(route.from.uri().value()).isInner()) {
                    scope.faults.add(route.top.fault(
                            route.from.uri().line(),
                            "The entry route of the pipeline '" + name + "' starts from '" + source
                                    + "', and not from '"
                                    + Optional.ofNullable(graph.source(route))
                                            .orElse(route.from.uri().value()) + "'."));
                }
            }
        } else if (started != null && named.isEmpty()) {
            scope.faults.add(started.top.fault(
                    started.idLine,
                    "The entry route of the pipeline '" + name + "' has the id '" + started.id + "': it must be '"
                            + name + "', like the folder."));
        } else if (named.isEmpty() && fitsSchema && !hasUnknownRoutes()) {
            String file = files.files().containsKey(name + PipelineFiles.ROUTE_SUFFIX)
                    ? files.files().get(name + PipelineFiles.ROUTE_SUFFIX).location()
                    : scope.files.isEmpty() ? files.name() : scope.files.get(0).location();
            scope.faults.add(new Fault(
                    file,
                    0,
                    null,
                    "The pipeline '" + name + "' has no entry route: one with 'id: " + name + "' that starts from '"
                            + source + "'."));
        }
    }

    private boolean hasUnknownRoutes() {
        return scope.routes().stream().anyMatch(route -> route.id == null || route.from == null);
    }

    /** Reports names of route configurations that do not exist. */
    void checkConfigurations() {
        if (!scope.isComplete()) {
            return;
        }
        Set<String> known = scope.files.stream()
                .flatMap(file -> file.configurations.stream())
                .map(Named::id)
                .collect(Collectors.toCollection(TreeSet::new));
        for (Route route : scope.routes()) {
            if (route.configurationId == null) {
                continue;
            }
            String resolved = scope.resolve(route.configurationId.value()).orElse("");
            Arrays.stream(resolved.split(","))
                    .map(String::strip)
                    .filter(id -> !id.isEmpty() && !id.contains("*") && !known.contains(id))
                    .forEach(id -> scope.faults.add(route.top.fault(
                            route.configurationId.line(),
                            "There is no routeConfiguration '" + id + "'."
                                    + NearName.suggest(id, known)
                                            .orElse(" Camel would ignore the name, and the route would have no error"
                                                    + " handling of its own."))));
        }
    }
}
