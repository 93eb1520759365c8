package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.Revision;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Checks that each call has a route, and each route a call. */
final class CallCheck {

    private final CheckScope scope;
    private final RouteGraph graph;

    CallCheck(CheckScope scope, RouteGraph graph) {
        this.scope = scope;
        this.graph = graph;
    }

    /** Reports calls of routes that do not exist; returns the names that were probably meant. */
    Set<String> checkTargets(Map<String, String> elsewhere) {
        Set<String> meant = new HashSet<>();
        // A template makes routes that are in no file.
        boolean hasTemplates = scope.outsideRoutes("templatedRoute").findAny().isPresent();
        if (hasTemplates || !scope.isComplete() || scope.routes().stream().anyMatch(route -> route.from == null)) {
            return graph.sources();
        }
        scope.steps()
                .forEach(step -> step.endpoints.forEach(endpoint -> {
                    String target = scope.inner(endpoint);
                    if (target != null && !graph.sources().contains(target) && !isPattern(step)) {
                        scope.faults.add(step.fault(endpoint.uri().line(), noSuch(target, meant, elsewhere)));
                    }
                }));
        scope.steps()
                .forEach(step -> RouteGraph.constants(step)
                        .forEach(constant -> RouteGraph.recipients(step, constant)
                                .filter(target -> !graph.sources().contains(target))
                                .forEach(target -> scope.faults.add(
                                        step.fault(constant.line(), noSuch(target, meant, elsewhere))))));
        return meant;
    }

    private static boolean isPattern(Step step) {
        return step.kind.startsWith("intercept");
    }

    private String noSuch(String target, Set<String> meant, Map<String, String> elsewhere) {
        String stripped = target.strip().replaceAll(":\\s+", ":");
        if (!stripped.equals(target) && graph.sources().contains(stripped)) {
            meant.add(stripped);
            return "No route starts from '" + target + "': remove the space to call '" + stripped + "'.";
        }
        String otherScheme = target.startsWith("direct:")
                ? target.replaceFirst("direct:", "seda:")
                : target.replaceFirst("seda:", "direct:");
        Optional<String> near = graph.sources().contains(otherScheme) ? Optional.of(otherScheme) : near(target);
        near.ifPresent(meant::add);
        return "No route of this pipeline starts from '" + target + "'."
                + near.map(name -> " Did you mean '" + name + "'?")
                        .orElse(
                                elsewhere.containsKey(target)
                                        ? " The pipeline '" + elsewhere.get(target)
                                                + "' has one, but a pipeline calls only routes of its own folder."
                                        : "");
    }

    private Optional<String> near(String target) {
        String scheme = target.substring(0, target.indexOf(':') + 1);
        return NearName.nearest(
                        target.substring(scheme.length()),
                        graph.sources().stream()
                                .filter(source -> source.startsWith(scheme))
                                .map(source -> source.substring(scheme.length()))
                                .toList())
                .map(name -> scheme + name);
    }

    /** Reports routes that the entry route never reaches. */
    void checkReached(String name, Set<String> meant) {
        Route entry = graph.route("direct:" + name);
        if (entry == null || !scope.isComplete()) {
            return;
        }
        Set<Route> reached = new HashSet<>();
        graph.reach(entry, reached);
        Route cleanUp = graph.route("direct:" + name + Revision.CLEAN_UP_SUFFIX);
        if (cleanUp != null) {
            graph.reach(cleanUp, reached);
        }
        scope.files.forEach(file ->
                file.loose.forEach(step -> graph.mentioned(step).forEach(route -> graph.reach(route, reached))));
        meant.stream().map(graph::route).filter(route -> route != null).forEach(route -> graph.reach(route, reached));
        List<Route> lost = scope.routes().stream()
                .filter(route -> graph.source(route) != null && route.id != null && !reached.contains(route))
                .filter(route ->
                        scope.routes().stream().noneMatch(other -> other != route && route.id.equals(other.id)))
                .toList();
        Set<Route> reported = new HashSet<>(reached);
        lost.stream()
                .filter(route -> lost.stream()
                        .noneMatch(other ->
                                other != route && graph.mentioned(other.top).contains(route)))
                .forEach(route -> unreached(route, name, reported));
        // What is left calls itself in a circle.
        lost.stream().filter(route -> !reported.contains(route)).forEach(route -> {
            if (!reported.contains(route)) {
                unreached(route, name, reported);
            }
        });
    }

    private void unreached(Route route, String name, Set<Route> reported) {
        scope.faults.add(route.top.fault(
                route.idLine,
                "The route '" + route.id + "' is never reached from the entry route '" + name + "'"
                        + Optional.ofNullable(graph.source(route))
                                .map(source -> ": no step calls '" + source + "'")
                                .orElse("")
                        + "."));
        graph.reach(route, reported);
    }
}
