package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.check.RouteFile.Expression;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How routes call each other. */
final class RouteGraph {

    private static final Pattern MENTION = Pattern.compile("\\b(?:direct|seda):(?://)?([^?,\\s\"'#]*)");

    private final CheckScope scope;
    private final Map<String, Route> bySource = new LinkedHashMap<>();
    private final Map<Step, List<Text>> texts;

    RouteGraph(CheckScope scope) {
        this.scope = scope;
        this.texts =
                scope.files.stream().flatMap(file -> file.texts.stream()).collect(Collectors.groupingBy(Text::step));
        for (Route route : scope.routes()) {
            String source = source(route);
            if (source != null) {
                bySource.putIfAbsent(source, route);
            }
        }
    }

    /** What a route starts from, as {@code direct:NAME}; null for other endpoints, and if the name is not fixed. */
    String source(Route route) {
        return route.from == null ? null : scope.inner(route.from);
    }

    /** What the routes start from, as {@code direct:NAME}. */
    Set<String> sources() {
        return bySource.keySet();
    }

    /** The route that starts from this; null if none does. */
    Route route(String source) {
        return source == null ? null : bySource.get(source);
    }

    /** Whether a setting decides if the route exists, so that another one may take its place. */
    static boolean isConditional(Route route) {
        return route.top.fields.containsKey("precondition");
    }

    /** The texts of a step that are lists of endpoints. */
    static Stream<Text> constants(Step step) {
        return step.is("recipientList", "routingSlip", "enrich", "pollEnrich", "toD")
                ? step.expressions.stream()
                        .filter(expression -> expression.language().equals("constant"))
                        .map(Expression::text)
                : Stream.empty();
    }

    /** The inner endpoints that a list names. */
    static Stream<String> recipients(Step step, Text constant) {
        String delimiter = Stream.of("delimiter", "uriDelimiter")
                .map(step::field)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(",");
        return Arrays.stream(constant.value().split(Pattern.quote(delimiter)))
                .map(uri -> Address.of(uri.strip()))
                .filter(Address::isInner)
                .map(address -> address.scheme() + ":" + address.path());
    }

    /** Adds a route and all that it may call, and what they may call. */
    void reach(Route route, Set<Route> reached) {
        if (reached.add(route)) {
            mentioned(route.top).forEach(next -> reach(next, reached));
            scope.routes().stream()
                    .filter(other -> source(other) != null && source(other).equals(source(route)))
                    .forEach(other -> reach(other, reached));
        }
    }

    /** Routes that a step or one inside it may call. */
    Set<Route> mentioned(Step top) {
        return top.all()
                .flatMap(step -> mentionedBy(step).stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Routes that this step may call. */
    private List<Route> mentionedBy(Step step) {
        if (step.is("recipientList", "routingSlip", "dynamicRouter", "enrich", "pollEnrich")
                && step.expressions.stream().anyMatch(RouteGraph::mayCallAnything)) {
            return List.copyOf(bySource.values());
        }
        Set<String> names = new HashSet<>();
        List<String> prefixes = new ArrayList<>();
        step.endpoints.stream().map(scope::inner).filter(Objects::nonNull).forEach(names::add);
        constants(step).forEach(constant -> recipients(step, constant).forEach(names::add));
        for (Text text : texts.getOrDefault(step, List.of())) {
            String value = scope.resolve(text.value()).orElse(text.value());
            if (value.startsWith("${") && step.is("toD", "recipientList", "routingSlip", "dynamicRouter")) {
                return List.copyOf(bySource.values());
            }
            Matcher mention = MENTION.matcher(value);
            while (mention.find()) {
                int dynamic = mention.group().indexOf("${");
                if (dynamic >= 0) {
                    prefixes.add(mention.group().substring(0, dynamic));
                } else if (!isSource(text)) {
                    names.add(mention.group().replace("://", ":"));
                }
            }
        }
        return bySource.entrySet().stream()
                .filter(source ->
                        names.contains(source.getKey()) || prefixes.stream().anyMatch(source.getKey()::startsWith))
                .map(Map.Entry::getValue)
                .toList();
    }

    private static boolean mayCallAnything(Expression expression) {
        String text = expression.text().value();
        return !expression.language().equals("constant") && !text.startsWith("direct:") && !text.startsWith("seda:");
    }

    private static boolean isSource(Text text) {
        Route route = text.step().route;
        return route != null
                && route.from != null
                && text.node().equals(route.from.uri().node());
    }

    /** Routes that are called in another way than by a step of a route that names them, so that any body may reach them. */
    Set<Route> calledWithAnyBody() {
        Set<Step> plain = scope.routes().stream()
                .flatMap(route -> route.steps().stream())
                .flatMap(Step::all)
                .filter(step -> step.is("to", "toD", "wireTap")
                        && step.endpoints.stream().allMatch(endpoint -> scope.inner(endpoint) != null))
                .collect(Collectors.toSet());
        return scope.steps()
                .filter(step -> !plain.contains(step))
                .flatMap(step -> mentionedBy(step).stream())
                .collect(Collectors.toSet());
    }
}
