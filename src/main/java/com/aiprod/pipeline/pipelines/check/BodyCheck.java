package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Expression;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Follows the body through a pipeline, from the job to the output. Reports keys that the job does not have, and an output
 * that is not a Map, only where nothing else is possible.
 */
final class BodyCheck {

    private static final Pattern JUST_ONE = Pattern.compile("\\$\\{body\\[['\"]?(\\w+)['\"]?]}");

    /** Schemes whose producers leave the body as it is. */
    private static final Set<String> KEEPING_SCHEMES = Set.of("log", "progress", "mock", "seda");

    private static final Set<String> KEEPING_STEPS = Set.of(
            "log",
            "setHeader",
            "setHeaders",
            "setVariable",
            "setVariables",
            "setProperty",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeProperties",
            "removeVariable",
            "delay",
            "validate",
            "wireTap",
            "convertHeaderTo",
            "convertVariableTo",
            "setExchangePattern",
            "sample",
            "throttle",
            "script");

    /** Containers whose steps run on the body, one after the other. */
    private static final Set<String> STRAIGHT =
            Set.of("pipeline", "step", "transacted", "delay", "throttle", "doFinally", "when", "otherwise", "policy");

    private static final Set<Body> UNKNOWN = Set.of(Body.UNKNOWN);

    private final CheckScope scope;
    private final RouteGraph graph;
    private final JobKeys keys;

    /** The bodies that may reach each route. */
    private final Map<Route, Set<Body>> entering = new HashMap<>();

    private final Map<Route, Set<Body>> leaving = new HashMap<>();
    private final Set<Route> running = new HashSet<>();
    private boolean reports;

    private enum Kind {
        JOB,
        TEXT,
        UNKNOWN
    }

    /**
     * What the body is.
     *
     * @param step what made a text
     * @param json whether a text is JSON
     */
    private record Body(Kind kind, Step step, boolean json) {
        static final Body JOB = new Body(Kind.JOB, null, false);
        static final Body UNKNOWN = new Body(Kind.UNKNOWN, null, false);
    }

    BodyCheck(CheckScope scope, RouteGraph graph) {
        this.scope = scope;
        this.graph = graph;
        this.keys = new JobKeys(scope);
    }

    /**
     * Follows the body.
     *
     * @param name of the pipeline
     * @param withOutput whether to report an output that is not a Map; other faults make it uncertain
     */
    void check(String name, boolean withOutput) {
        Route entry = graph.route("direct:" + name);
        if (entry == null || isChangedAside()) {
            return;
        }
        graph.calledWithAnyBody()
                .forEach(route -> entering.computeIfAbsent(route, key -> new LinkedHashSet<>())
                        .add(Body.UNKNOWN));
        // A round finds out what reaches the routes that are called, which may call others with it.
        for (int round = 0; round < 6; round++) {
            int before = entering.values().stream().mapToInt(Set::size).sum();
            leaving.clear();
            entering.computeIfAbsent(entry, key -> new LinkedHashSet<>()).add(Body.JOB);
            run(entry);
            if (before == entering.values().stream().mapToInt(Set::size).sum()) {
                break;
            }
        }
        reports = true;
        leaving.clear();
        Set<Body> output = run(entry);
        for (Body body : output) {
            if (withOutput && body.kind() == Kind.TEXT) {
                scope.faults.add(body.step()
                        .fault(
                                body.json()
                                        ? "The output of the pipeline would be JSON text, which is not a Map: add 'unmarshal' with"
                                                + " 'json: {}', or make the Map with the method of('key', value) of java.util.Map."
                                        : "The output of the pipeline would be a text: it must be a Map, such as the method"
                                                + " of('text', ${body}) of java.util.Map makes."));
            }
        }
    }

    /** Whether steps outside the way of the body may change it: those before each step, and those after the last one. */
    private boolean isChangedAside() {
        return scope.steps()
                .filter(step -> step.kind.startsWith("intercept")
                        || (step.is("onCompletion") && "BeforeConsumer".equalsIgnoreCase(step.field("mode"))))
                .flatMap(step -> step.children.stream())
                .anyMatch(step -> !KEEPING_STEPS.contains(step.kind));
    }

    private Set<Body> run(Route route) {
        Set<Body> done = leaving.get(route);
        if (done != null) {
            return done;
        }
        if (!running.add(route)) {
            return Set.of(Body.UNKNOWN);
        }
        Set<Body> left = run(route.steps(), entering.getOrDefault(route, Set.of(Body.UNKNOWN)));
        running.remove(route);
        leaving.put(route, left);
        return left;
    }

    private Set<Body> run(List<Step> steps, Set<Body> bodies) {
        Set<Body> now = bodies;
        for (Step step : steps) {
            now = run(step, now);
            if (now.isEmpty()) {
                break;
            }
        }
        return now;
    }

    private static Set<Body> union(Set<Body> a, Set<Body> b) {
        Set<Body> all = new LinkedHashSet<>(a);
        all.addAll(b);
        return all;
    }

    private Set<Body> run(Step step, Set<Body> bodies) {
        if (step.isDisabled()) {
            return bodies;
        }
        if (reports && bodies.equals(Set.of(Body.JOB))) {
            keys.check(step);
        }
        if (JobKeys.isStage(scope, step)) {
            return bodies;
        }
        boolean callsInSimple = step.expressions.stream()
                .anyMatch(expression -> expression.text().value().contains("${bean:"));
        if (callsInSimple || step.calls.stream().anyMatch(call -> !isHarmless(call))) {
            // The bean may change the job in place.
            bodies = without(bodies);
        }
        if (step.is("setBody", "transform") && step.expressions.size() == 1) {
            return Set.of(made(step, step.expressions.get(0), bodies));
        }
        if (step.is("throwException", "stop", "rollback")) {
            return Set.of();
        }
        if (step.is("choice")) {
            return choice(step, bodies);
        }
        if (step.is("filter")) {
            return union(bodies, run(step.children, bodies));
        }
        if (step.is("doTry")) {
            return doTry(step, bodies);
        }
        if (step.is("loop")) {
            Set<Body> once = run(step.children, bodies);
            return once.equals(bodies) ? bodies : runLoop(step, bodies, once);
        }
        if (step.is("split", "multicast", "aggregate", "resequence", "idempotentConsumer", "circuitBreaker", "saga")) {
            run(step.children, UNKNOWN);
            boolean keeps = step.is("split") && !step.fields.containsKey("aggregationStrategy");
            return keeps ? bodies : UNKNOWN;
        }
        if (step.is("to", "toD", "wireTap")) {
            return to(step, bodies);
        }
        if (STRAIGHT.contains(step.kind) && !step.children.isEmpty()) {
            return run(step.children, bodies);
        }
        if (KEEPING_STEPS.contains(step.kind)) {
            return bodies;
        }
        if (step.is("marshal") && !step.fields.containsKey("variableReceive")) {
            return Set.of(new Body(Kind.TEXT, step, step.fields.containsKey("json")));
        }
        if (step.is("convertBodyTo")
                && List.of("String", "java.lang.String", "byte[]").contains(String.valueOf(step.field("type")))) {
            return Set.of(new Body(Kind.TEXT, step, false));
        }
        run(step.children, UNKNOWN);
        return UNKNOWN;
    }

    private static Set<Body> without(Set<Body> bodies) {
        return bodies.contains(Body.JOB) ? UNKNOWN : bodies;
    }

    private Set<Body> runLoop(Step step, Set<Body> bodies, Set<Body> once) {
        Set<Body> any = union(bodies, once);
        boolean reported = reports;
        reports = false;
        Set<Body> again = run(step.children, any);
        reports = reported;
        return union(any, again);
    }

    private Set<Body> choice(Step step, Set<Body> bodies) {
        Set<Body> after = new LinkedHashSet<>();
        boolean hasOtherwise = false;
        for (Step branch : step.children) {
            if (reports && bodies.equals(Set.of(Body.JOB))) {
                keys.check(branch);
            }
            hasOtherwise |= branch.is("otherwise");
            after.addAll(run(branch.children, bodies));
        }
        return hasOtherwise ? after : union(after, bodies);
    }

    private Set<Body> doTry(Step step, Set<Body> bodies) {
        List<Step> tried = step.children.stream()
                .filter(child -> !child.is("doCatch", "doFinally"))
                .toList();
        Set<Body> after = run(tried, bodies);
        Set<Body> failed = after.equals(bodies) ? bodies : UNKNOWN;
        for (Step branch : step.children) {
            if (branch.is("doCatch")) {
                after = union(after, run(branch.children, failed));
            }
        }
        for (Step branch : step.children) {
            if (branch.is("doFinally")) {
                after = run(branch.children, after);
            }
        }
        return after;
    }

    private Set<Body> to(Step step, Set<Body> bodies) {
        Set<Body> result = UNKNOWN;
        boolean receivesElsewhere = step.fields.containsKey("variableReceive");
        for (Endpoint endpoint : step.endpoints) {
            Route target = graph.route(scope.inner(endpoint));
            String scheme = Address.of(endpoint.uri().value()).scheme();
            if (target != null && !RouteGraph.isConditional(target)) {
                Set<Body> sent = step.fields.containsKey("variableSend") ? UNKNOWN : bodies;
                entering.computeIfAbsent(target, key -> new LinkedHashSet<>()).addAll(sent);
                Set<Body> left = run(target);
                boolean waits = scheme.equals("direct") && !step.is("wireTap");
                result = !waits ? bodies : left.equals(entering.get(target)) ? bodies : left;
                if (left.isEmpty() && waits) {
                    result = Set.of();
                }
            } else if (KEEPING_SCHEMES.contains(scheme)) {
                result = bodies;
            }
        }
        return receivesElsewhere || step.is("wireTap") ? bodies : result;
    }

    private boolean isHarmless(RouteFile.BeanCall call) {
        if (call.type() != null && call.type().value().startsWith("java.")) {
            return true;
        }
        Class<?> type = call.ref() == null ? null : scope.beans.get(call.ref().value());
        if (type == null || call.method() == null) {
            return false;
        }
        String name = call.method().value().replaceFirst("\\(.*", "");
        // A method that gets neither the body nor the message cannot change the job.
        return Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name))
                .map(Method::getParameterTypes)
                .flatMap(Arrays::stream)
                .noneMatch(parameter -> parameter != String.class && !parameter.isPrimitive());
    }

    private Body made(Step step, Expression expression, Set<Body> bodies) {
        boolean typed = expression.fields().containsKey("resultType");
        String text = expression.text().value().strip();
        boolean isText = !typed
                && (expression.language().equals("constant")
                        || (expression.language().equals("simple") && isText(text, bodies)));
        if (!isText) {
            return Body.UNKNOWN;
        }
        return new Body(Kind.TEXT, step, text.startsWith("{") && text.endsWith("}") && !text.startsWith("{{"));
    }

    /** Whether a simple expression certainly gives a text: it has more than one function, or one and other text. */
    private boolean isText(String text, Set<Body> bodies) {
        if (text.startsWith("#") || text.startsWith("resource:")) {
            return false;
        }
        Matcher one = JUST_ONE.matcher(text);
        if (one.matches()) {
            return bodies.equals(Set.of(Body.JOB)) && JobKeys.TEXTS.contains(one.group(1));
        }
        if (text.startsWith("{{") || text.contains("$simple{") || text.contains("$init{")) {
            return false;
        }
        int depth = 0;
        int functions = 0;
        boolean plain = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (text.startsWith("${", i)) {
                functions += depth == 0 ? 1 : 0;
                depth++;
                i++;
            } else if (c == '}' && depth > 0) {
                depth--;
            } else if (depth == 0) {
                plain = true;
            }
        }
        // Operators such as ?: give what their values are.
        boolean hasOperator = Pattern.compile("\\s(\\?|\\?:|~>|==|!=|&&|\\|\\||>|<)\\s")
                .matcher(text)
                .find();
        return !hasOperator && (plain || functions > 1);
    }
}
