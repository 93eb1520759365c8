package com.aiprod.pipeline.pipelines.check;

import java.util.LinkedHashSet;
import java.util.stream.Collectors;
import java.util.Objects;
import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.Revision;

import com.aiprod.pipeline.pipelines.check.RouteFile.Expression;
import com.aiprod.pipeline.pipelines.check.RouteFile.Named;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/** Checks how routes call each other, and the IDs by which they are known. */
final class RouteGraph {

    private static final Pattern MENTION = Pattern.compile("\\b(?:direct|seda):(?://)?([^?,\\s\"'#]*)");

    private final CheckScope scope;
    private final EndpointCheck endpoints;
    private final Map<String, Route> bySource = new LinkedHashMap<>();
    private final Map<Step, List<Text>> texts;

    RouteGraph(CheckScope scope, EndpointCheck endpoints) {
        this.scope = scope;
        this.endpoints = endpoints;
        this.texts = scope.files.stream().flatMap(file -> file.texts.stream()).collect(Collectors.groupingBy(Text::step));
        for (Route route : scope.routes()) {
            String source = source(route);
            if (source != null) {
                bySource.putIfAbsent(source, route);
            }
        }
    }

    private String source(Route route) {
        return route.from == null ? null : endpoints.inner(route.from);
    }

    /** What the routes start from, as {@code direct:NAME}. */
    Set<String> sources() {
        return bySource.keySet();
    }

    /** The route that starts from this; null if none does. */
    Route route(String source) {
        return source == null ? null : bySource.get(source);
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

    /** Whether a setting decides if the route exists, so that another one may take its place. */
    static boolean isConditional(Route route) {
        return route.top.fields.containsKey("precondition");
    }

    /** Reports two routes that start from the same endpoint, once for each place. */
    void checkSources() {
        Map<String, List<Route>> all = new LinkedHashMap<>();
        for (Route route : scope.routes()) {
            String source = source(route);
            if (source != null && source.startsWith("direct:") && !isConditional(route)) {
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
        Route started = bySource.get(source);
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
        } else if (named.isPresent() && !source.equals(source(named.get()))) {
            Route route = named.get();
            if (route.from != null
                    && (source(route) != null || !route.from.uri().value().contains("{{"))) {
                // Another kind of endpoint is reported as such.
                if (EndpointCheck.Address.of(route.from.uri().value()).isInner()) {
                    scope.faults.add(route.top.fault(
                            route.from.uri().line(),
                            "The entry route of the pipeline '" + name + "' starts from '" + source
                                    + "', and not from '"
                                    + Optional.ofNullable(source(route))
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

    /** Reports calls of routes that do not exist; returns the names that were probably meant. */
    Set<String> checkTargets(Map<String, String> elsewhere) {
        Set<String> meant = new HashSet<>();
        // A template makes routes that are in no file.
        boolean hasTemplates = scope.outsideRoutes("templatedRoute").findAny().isPresent();
        if (hasTemplates || !scope.isComplete() || scope.routes().stream().anyMatch(route -> route.from == null)) {
            return bySource.keySet();
        }
        scope.steps()
                .forEach(step -> step.endpoints.forEach(endpoint -> {
                    String target = endpoints.inner(endpoint);
                    if (target != null && !bySource.containsKey(target) && !isPattern(step)) {
                        scope.faults.add(step.fault(endpoint.uri().line(), noSuch(target, meant, elsewhere)));
                    }
                }));
        scope.steps()
                .forEach(step -> constants(step).forEach(constant -> recipients(step, constant)
                        .filter(target -> !bySource.containsKey(target))
                        .forEach(target -> scope.faults.add(
                                step.fault(constant.line(), noSuch(target, meant, elsewhere))))));
        return meant;
    }

    /** The texts of a step that are lists of endpoints. */
    private static Stream<Text> constants(Step step) {
        return step.is("recipientList", "routingSlip", "enrich", "pollEnrich", "toD")
                ? step.expressions.stream()
                        .filter(expression -> expression.language().equals("constant"))
                        .map(Expression::text)
                : Stream.empty();
    }

    /** The inner endpoints that a list names. */
    private static Stream<String> recipients(Step step, Text constant) {
        String delimiter = Stream.of("delimiter", "uriDelimiter")
                .map(step::field)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(",");
        return Arrays.stream(constant.value().split(Pattern.quote(delimiter)))
                .map(uri -> EndpointCheck.Address.of(uri.strip()))
                .filter(EndpointCheck.Address::isInner)
                .map(address -> address.scheme() + ":" + address.path());
    }

    private static boolean isPattern(Step step) {
        return step.kind.startsWith("intercept");
    }

    private String noSuch(String target, Set<String> meant, Map<String, String> elsewhere) {
        String stripped = target.strip().replaceAll(":\\s+", ":");
        if (!stripped.equals(target) && bySource.containsKey(stripped)) {
            meant.add(stripped);
            return "No route starts from '" + target + "': remove the space to call '" + stripped + "'.";
        }
        String otherScheme = target.startsWith("direct:")
                ? target.replaceFirst("direct:", "seda:")
                : target.replaceFirst("seda:", "direct:");
        Optional<String> near = bySource.containsKey(otherScheme) ? Optional.of(otherScheme) : near(target);
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
                        bySource.keySet().stream()
                                .filter(source -> source.startsWith(scheme))
                                .map(source -> source.substring(scheme.length()))
                                .toList())
                .map(name -> scheme + name);
    }

    /** Reports routes that the entry route never reaches. */
    void checkReached(String name, Set<String> meant) {
        Route entry = bySource.get("direct:" + name);
        if (entry == null || !scope.isComplete()) {
            return;
        }
        Set<Route> reached = new HashSet<>();
        reach(entry, reached);
        Route cleanUp = bySource.get("direct:" + name + Revision.CLEAN_UP_SUFFIX);
        if (cleanUp != null) {
            reach(cleanUp, reached);
        }
        scope.files.forEach(file ->
                file.loose.forEach(step -> mentioned(step).forEach(route -> reach(route, reached))));
        meant.stream().map(bySource::get).filter(route -> route != null).forEach(route -> reach(route, reached));
        List<Route> lost = scope.routes().stream()
                .filter(route -> source(route) != null && route.id != null && !reached.contains(route))
                .filter(route ->
                        scope.routes().stream().noneMatch(other -> other != route && route.id.equals(other.id)))
                .toList();
        Set<Route> reported = new HashSet<>(reached);
        lost.stream()
                .filter(route -> lost.stream()
                        .noneMatch(
                                other -> other != route && mentioned(other.top).contains(route)))
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
                        + Optional.ofNullable(source(route))
                                .map(source -> ": no step calls '" + source + "'")
                                .orElse("")
                        + "."));
        reach(route, reported);
    }

    private void reach(Route route, Set<Route> reached) {
        if (reached.add(route)) {
            mentioned(route.top).forEach(next -> reach(next, reached));
            scope.routes().stream()
                    .filter(other -> source(other) != null && source(other).equals(source(route)))
                    .forEach(other -> reach(other, reached));
        }
    }

    /** Routes that a step or one inside it may call. */
    private Set<Route> mentioned(Step top) {
        return top.all().flatMap(step -> mentionedBy(step).stream()).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Routes that this step may call. */
    private List<Route> mentionedBy(Step step) {
        if (step.is("recipientList", "routingSlip", "dynamicRouter", "enrich", "pollEnrich")
                && step.expressions.stream().anyMatch(RouteGraph::mayCallAnything)) {
            return List.copyOf(bySource.values());
        }
        Set<String> names = new HashSet<>();
        List<String> prefixes = new ArrayList<>();
        step.endpoints.stream().map(endpoints::inner).filter(Objects::nonNull).forEach(names::add);
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
                .filter(source -> names.contains(source.getKey())
                        || prefixes.stream().anyMatch(source.getKey()::startsWith))
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
                        && step.endpoints.stream().allMatch(endpoint -> endpoints.inner(endpoint) != null))
                .collect(Collectors.toSet());
        return scope.steps()
                .filter(step -> !plain.contains(step))
                .flatMap(step -> mentionedBy(step).stream())
                .collect(Collectors.toSet());
    }

    /** Reports routes that call themselves whatever happens, and loops without an end. */
    void checkEndless() {
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
                        .map(endpoints::inner)
                        .map(bySource::get)
                        .filter(to -> to != null)
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
            if (step.all().anyMatch(inner -> inner.is("stop", "throwException", "rollback", "validate"))) {
                return false;
            }
        }
        return true;
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
        Set<Route> called = new HashSet<>();
        mentioned(loop).forEach(route -> reach(route, called));
        boolean hasEnd = Stream.concat(Stream.of(loop), called.stream().map(route -> route.top))
                .flatMap(Step::all)
                .anyMatch(step -> step.is("stop", "throwException", "rollback"));
        if (!"true".equals(loop.field("doWhile")) || loop.isDisabled() || hasEnd) {
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
        Exchange exchange = new DefaultExchange(scope.camel);
        try {
            Predicate<Exchange> condition = scope.camel
                    .resolveLanguage(language)
                    .createPredicate(scope.resolve(text).orElse("false"))::matches;
            return condition.test(exchange);
        } catch (RuntimeException e) {
            return false;
        }
    }

    /** Reports names of route configurations that do not exist. */
    void checkConfigurations(Set<String> known) {
        if (!scope.isComplete()) {
            return;
        }
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
