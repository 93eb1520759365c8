package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.check.RouteFile.Expression;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.camel.support.DefaultExchange;

/** Finds routes that call themselves in all cases, and loops without an end. */
final class EndlessCheck {

    private final CheckScope scope;
    private final RouteGraph graph;

    EndlessCheck(CheckScope scope, RouteGraph graph) {
        this.scope = scope;
        this.graph = graph;
    }

    /** Reports routes that call themselves whatever happens, and loops without an end. */
    void check() {
        Map<Route, List<Call>> calls = new HashMap<>();
        for (Route route : scope.routes()) {
            List<Call> certain = new ArrayList<>();
            certain(route.steps(), certain);
            calls.put(route, certain);
        }
        Set<Step> reported = new HashSet<>();
        for (Route route : scope.routes()) {
            circle(route, new ArrayList<>(), calls, reported, new HashSet<>());
        }
        scope.steps().filter(step -> step.is("loop")).forEach(this::loop);
    }

    private record Call(Step step, Route to) {}

    /** Adds the calls that are made whenever these steps run; returns whether what follows runs, too. */
    private boolean certain(List<Step> steps, List<Call> calls) {
        for (Step step : steps) {
            if (step.isDisabled()) {
                continue;
            }
            if (step.is("to", "wireTap", "toD")) {
                step.endpoints.stream()
                        .map(scope::inner)
                        .map(graph::route)
                        .filter(Objects::nonNull)
                        .forEach(to -> calls.add(new Call(step, to)));
            } else if (step.is("doTry", "pipeline", "step", "multicast", "saga", "transacted")) {
                List<Step> inner = step.children.stream()
                        .filter(child -> !child.is("doCatch"))
                        .toList();
                if (!certain(inner, calls)) {
                    return false;
                }
            } else if (step.is("doFinally")) {
                certain(step.children, calls);
            }
            if (mayEnd(step)) {
                return false;
            }
        }
        return true;
    }

    /** Whether a step, one inside it, or one of a route that it may call ends the route. */
    private boolean mayEnd(Step top) {
        Set<Route> called = new HashSet<>();
        graph.mentioned(top).forEach(route -> graph.reach(route, called));
        return Stream.concat(Stream.of(top), called.stream().map(route -> route.top))
                .flatMap(Step::all)
                .anyMatch(step -> step.is("stop", "throwException", "rollback", "validate"));
    }

    private void circle(
            Route route, List<Route> path, Map<Route, List<Call>> calls, Set<Step> reported, Set<Route> done) {
        if (!done.add(route)) {
            return;
        }
        path.add(route);
        for (Call call : calls.get(route)) {
            int start = path.indexOf(call.to());
            if (start >= 0) {
                // Each circle once, at the call that closes it, seen from its first route.
                List<Route> circle = path.subList(start, path.size());
                boolean isFirst = circle.stream()
                                .min(Comparator.comparingInt(scope.routes()::indexOf))
                                .orElseThrow()
                        == call.to();
                if (isFirst && reported.add(call.step())) {
                    String names = String.join(
                            " > ",
                            Stream.concat(circle.stream(), Stream.of(call.to()))
                                    .map(each -> each.id == null ? "?" : each.id)
                                    .toList());
                    scope.faults.add(call.step()
                            .fault(
                                    circle.size() == 1
                                            ? "The route '" + call.to().id + "' calls itself here, and never ends."
                                            : "The routes call each other in a circle that never ends: " + names
                                                    + "."));
                }
            } else {
                circle(call.to(), path, calls, reported, done);
            }
        }
        path.remove(path.size() - 1);
    }

    private void loop(Step loop) {
        if (!"true".equals(loop.field("doWhile")) || loop.isDisabled() || mayEnd(loop)) {
            return;
        }
        for (Expression expression : loop.expressions) {
            String text = expression.text().value();
            boolean isConstant = expression.language().equals("constant")
                    || (expression.language().equals("simple")
                            && (!text.contains("${") || text.strip().matches("\\$\\{(true|bool\\(true\\))}")));
            if (isConstant && isTrue(expression.language(), text)) {
                scope.faults.add(loop.fault("This loop never ends: its condition is always true."));
            }
        }
    }

    private boolean isTrue(String language, String text) {
        try {
            return scope.camel
                    .resolveLanguage(language)
                    .createPredicate(scope.resolve(text).orElse("false"))
                    .matches(new DefaultExchange(scope.camel));
        } catch (RuntimeException e) {
            return false;
        }
    }
}
