package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlNodes;

import com.aiprod.pipeline.pipelines.check.RouteFile.BeanCall;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.snakeyaml.engine.v2.nodes.Node;
import org.springframework.core.env.Environment;

/**
 * Checks files of the flow that lie over the built-in ones. A file that replaces a built-in one may add steps, move them
 * and change texts, but must keep what the product does in it: its routes and what starts them, its route configurations,
 * and each bean call, endpoint and variable.
 */
public final class FlowCheck {

    private final PipelineContexts contexts;
    private final Environment environment;

    /** @param environment has the settings; only their names appear in faults */
    public FlowCheck(PipelineContexts contexts, Environment environment) {
        this.contexts = contexts;
        this.environment = environment;
    }

    /**
     * Checks the flow files of a folder; not their places, which {@link RoutesFolder} checks.
     *
     * @return all faults by file and line; empty if all is well
     */
    public List<Fault> check(Path folder) throws IOException {
        SortedMap<String, Path> given = RoutesFolder.read(folder).flow();
        if (given.isEmpty()) {
            return List.of();
        }
        List<Fault> faults = new ArrayList<>();
        Map<String, RouteFile> builtIn = new TreeMap<>();
        RoutesFolder.builtInFlow()
                .forEach((path, text) ->
                        builtIn.put(path, RouteFileReader.read(new SourceFile(path, text), new ArrayList<>())));
        Map<String, RouteFile> own = new TreeMap<>();
        for (Map.Entry<String, Path> file : given.entrySet()) {
            own.put(
                    file.getKey(),
                    RouteFileReader.read(
                            new SourceFile(
                                    file.getValue().toString(),
                                    new String(Files.readAllBytes(file.getValue()), StandardCharsets.UTF_8)),
                            faults));
        }
        Map<String, RouteFile> all = new TreeMap<>(builtIn);
        all.putAll(own);
        boolean isReadable = own.values().stream().allMatch(file -> file.readable);
        DefaultCamelContext camel = contexts.make("check-flow");
        try {
            camel.build();
            Map<String, Class<?>> beans = beans(builtIn);
            references(camel, own, all, beans, faults);
        } finally {
            camel.stop();
        }
        if (isReadable) {
            for (Map.Entry<String, RouteFile> file : own.entrySet()) {
                if (builtIn.containsKey(file.getKey())) {
                    lost(builtIn.get(file.getKey()), file.getValue(), own, all, faults);
                }
            }
        }
        Set<String> locations =
                new TreeSet<>(own.values().stream().map(RouteFile::location).toList());
        return CheckScope.sorted(faults.stream()
                .filter(fault -> locations.contains(fault.file()))
                .toList());
    }

    /** The beans of the application, and those that built-in routes call, whose class may not be known. */
    private Map<String, Class<?>> beans(Map<String, RouteFile> builtIn) {
        Map<String, Class<?>> beans = new TreeMap<>(FlowBeans.find(environment));
        Set<String> called = new TreeSet<>();
        builtIn.values().stream()
                .flatMap(RouteFile::steps)
                .forEach(step -> step.calls.stream()
                        .filter(call -> call.ref() != null)
                        .forEach(call -> called.add(call.ref().value())));
        builtIn.values()
                .forEach(file -> file.texts.stream()
                        .map(Text::value)
                        .filter(text -> text.matches("#(bean:)?[A-Za-z_][\\w.-]*"))
                        .forEach(text -> called.add(text.replaceFirst("^#(bean:)?", ""))));
        called.forEach(name -> beans.putIfAbsent(name, null));
        return beans;
    }

    private void references(
            DefaultCamelContext camel,
            Map<String, RouteFile> own,
            Map<String, RouteFile> all,
            Map<String, Class<?>> beans,
            List<Fault> faults) {
        CheckScope scope = new CheckScope(
                camel, List.copyOf(own.values()), CheckScope.settings(environment), Set.of(), faults);
        scope.beans.putAll(beans);
        scope.checkPlaceholders();
        new ReferenceCheck(scope).check();
        new ExpressionCheck(scope).check();
        CheckScope whole = new CheckScope(camel, List.copyOf(all.values()), Set.of(), Set.of(), faults);
        whole.beans.putAll(beans);
        EndpointCheck endpoints = new EndpointCheck(whole);
        RouteGraph graph = new RouteGraph(whole);
        NameCheck names = new NameCheck(whole, graph);
        names.checkIds();
        names.checkSources();
        names.checkConfigurations();
        new CallCheck(whole, graph).checkTargets(Map.of());
        new EndlessCheck(whole, graph).check();
        Set<String> schemes = new TreeSet<>();
        RoutesFolder.builtInFlow()
                .values()
                .forEach(text -> Pattern.compile("(?m)uri: ['\"]?([a-z-]+)\\b")
                        .matcher(text)
                        .results()
                        .forEach(found -> schemes.add(found.group(1))));
        endpoints.flow(schemes);
        for (RouteFile file : own.values()) {
            for (Route route : file.routes) {
                if (route.id == null) {
                    faults.add(route.top.fault("This route has no id: write 'id:' and a name below 'route'."));
                }
                if (route.from != null) {
                    endpoints.check(route.from, Set.of(), graph.sources());
                }
            }
            file.steps()
                    .filter(step -> !step.kind.startsWith("intercept"))
                    .forEach(step ->
                            step.endpoints.forEach(endpoint -> endpoints.check(endpoint, Set.of(), graph.sources())));
        }
    }

    /** Reports what a built-in file has and neither the file in its place nor another file of the folder. */
    private static void lost(
            RouteFile before,
            RouteFile after,
            Map<String, RouteFile> own,
            Map<String, RouteFile> all,
            List<Fault> faults) {
        Set<String> kept = new TreeSet<>();
        own.values()
                .forEach(file -> file.steps()
                        .filter(FlowCheck::runs)
                        .forEach(step -> kept.addAll(does(step).keySet())));
        for (RouteFile.Named configuration : before.configurations) {
            if (all.values().stream()
                    .flatMap(file -> file.configurations.stream())
                    .noneMatch(other -> other.id().equals(configuration.id()))) {
                faults.add(new Fault(
                        after.location(),
                        0,
                        null,
                        "The routeConfiguration '" + configuration.id()
                                + "' of the built-in file is missing" + users(configuration.id(), all)
                                + ": copy it from the built-in file."));
            }
        }
        Set<String> lostRoutes = new TreeSet<>();
        for (Route route : before.routes) {
            Route other = own.values().stream()
                    .flatMap(file -> file.routes.stream())
                    .filter(each -> route.id != null && route.id.equals(each.id))
                    .findFirst()
                    .orElse(null);
            if (other == null) {
                lostRoutes.add(String.valueOf(route.id));
                faults.add(new Fault(
                        after.location(),
                        0,
                        null,
                        "The route '" + route.id
                                + "' of the built-in file is missing: copy it from the built-in file."));
            } else {
                start(route, other, faults);
            }
        }
        before.steps().filter(FlowCheck::runs).forEach(step -> {
            String owner = owner(step, before);
            boolean ownerIsLost = step.route != null
                    ? lostRoutes.contains(owner)
                    : all.values().stream()
                            .flatMap(file -> file.configurations.stream())
                            .noneMatch(named -> named.id().equals(owner));
            if (!ownerIsLost) {
                does(step).forEach((what, text) -> {
                    boolean isMisspelt = what.startsWith("bean ") && hasUnknownBean(after, faults);
                    if (!kept.contains(what) && !isMisspelt) {
                        Step now = place(owner, step.route != null, own, after);
                        String reader = what.startsWith("variable ") ? reader(what.substring(9), before, all) : "";
                        faults.add(new Fault(
                                now == null ? after.location() : now.file.location(),
                                now == null ? 0 : now.route == null ? now.line : now.route.idLine,
                                null,
                                (step.route != null ? "The route '" : "The routeConfiguration '") + owner
                                        + "' no longer "
                                        + text
                                        + (step.id == null
                                                ? ""
                                                : ", as the step '" + step.id + "' of the built-in file does")
                                        + reader + "."));
                    }
                });
            }
        });
    }

    /** Then it is probably the one that is missing. */
    private static boolean hasUnknownBean(RouteFile file, List<Fault> faults) {
        return faults.stream()
                .filter(fault -> fault.file().equals(file.location()))
                .anyMatch(fault -> fault.message().startsWith("There is no bean")
                        || fault.message().startsWith("The bean has no method"));
    }

    private static boolean runs(Step step) {
        return !step.isDisabled();
    }

    private static String owner(Step step, RouteFile file) {
        if (step.route != null) {
            return String.valueOf(step.route.id);
        }
        return file.loose.stream()
                .filter(top -> top.all().anyMatch(each -> each == step))
                .map(top -> String.valueOf(top.id))
                .findFirst()
                .orElse("");
    }

    private static Step place(String owner, boolean isRoute, Map<String, RouteFile> own, RouteFile after) {
        Stream<Step> tops = isRoute
                ? own.values().stream().flatMap(file -> file.routes.stream()).map(route -> route.top)
                : Stream.concat(Stream.of(after), own.values().stream()).flatMap(file -> file.loose.stream());
        return tops.filter(top -> owner.equals(isRoute ? top.route.id : top.id))
                .findFirst()
                .orElse(null);
    }

    private static void start(Route before, Route now, List<Fault> faults) {
        if (before.from == null || now.from == null) {
            return;
        }
        String wanted = address(before.from);
        String given = address(now.from);
        if (!wanted.equals(given)) {
            faults.add(now.top.fault(
                    now.from.uri().line(),
                    "The route '" + now.id + "' has to start from '" + wanted
                            + "', as in the built-in file, and not from '" + given + "'."));
            return;
        }
        before.from.parameters().forEach((name, value) -> {
            Node other = now.from.parameters().get(name);
            boolean isFixed = name.equals("ackMode");
            if (other == null && !now.from.uri().value().contains(name + "=")) {
                faults.add(now.top.fault(
                        now.from.uri().line(),
                        "The route '" + now.id + "' lost the parameter '" + name
                                + "' of its 'from': the built-in file has '" + YamlNodes.text(value) + "'."));
            } else if (isFixed
                    && other != null
                    && !String.valueOf(YamlNodes.text(value)).equals(YamlNodes.text(other))) {
                faults.add(now.top.fault(
                        YamlNodes.line(other),
                        "'" + name + "' of the route '" + now.id + "' has to be '" + YamlNodes.text(value)
                                + "', as in the built-in file."));
            }
        });
        if (before.configurationId == null) {
            return;
        }
        Set<String> has = new TreeSet<>(
                now.configurationId == null
                        ? List.of()
                        : List.of(now.configurationId.value().split("\\s*,\\s*")));
        for (String id : before.configurationId.value().split("\\s*,\\s*")) {
            if (!has.contains(id)) {
                faults.add(now.top.fault(
                        now.configurationId == null ? now.idLine : now.configurationId.line(),
                        "The route '" + now.id + "' lost the routeConfigurationId '" + id
                                + "', which handles its errors."));
            }
        }
    }

    private static String address(Endpoint endpoint) {
        Address address = Address.of(endpoint.uri().value());
        Node name = endpoint.parameters().get("name");
        String path = address.path().isEmpty() && name != null ? YamlNodes.text(name) : address.path();
        return address.scheme() + ":" + path;
    }

    /** What a step does for the product, with how to say that in a sentence. */
    private static Map<String, String> does(Step step) {
        Map<String, String> deeds = new LinkedHashMap<>();
        for (BeanCall call : step.calls) {
            if (call.ref() != null) {
                String method =
                        call.method() == null ? "" : "." + call.method().value().replaceFirst("\\s*\\(.*", "");
                deeds.put(
                        "bean " + call.ref().value() + method,
                        "calls the bean " + call.ref().value() + method);
            }
        }
        for (Endpoint endpoint : step.endpoints) {
            String address = address(endpoint);
            if (!address.startsWith("log:")) {
                deeds.put("endpoint " + address, "calls '" + address + "'");
                endpoint.parameters().keySet().stream()
                        .filter(name -> name.startsWith("bind.") || name.equals("outputType"))
                        .forEach(name -> deeds.put(
                                "parameter " + address + " " + name,
                                "gives '" + address + "' the parameter '" + name + "'"));
            }
        }
        if (step.is("setVariable") && step.field("name") != null) {
            String name = step.field("name");
            deeds.put("variable " + name, "sets the variable '" + name + "'");
        }
        if (step.is("setVariables")) {
            for (Node variable : YamlNodes.items(step.fields.get("variables"))) {
                String name = YamlNodes.field(variable, "name");
                if (name != null) {
                    deeds.put("variable " + name, "sets the variable '" + name + "'");
                }
            }
        }
        if (step.is("onException")) {
            for (Node exception : YamlNodes.items(step.fields.get("exception"))) {
                deeds.put("exception " + YamlNodes.text(exception), "handles " + YamlNodes.text(exception));
            }
        }
        Node handler = step.fields.get("errorHandler");
        if (handler != null) {
            YamlNodes.fields(handler)
                    .keySet()
                    .forEach(kind -> deeds.put("handler " + step.id + kind, "has the errorHandler '" + kind + "'"));
        }
        return deeds;
    }

    private static String users(String configuration, Map<String, RouteFile> all) {
        return all.values().stream()
                .flatMap(file -> file.routes.stream())
                .filter(route -> route.configurationId != null
                        && List.of(route.configurationId.value().split("\\s*,\\s*"))
                                .contains(configuration))
                .findFirst()
                .map(route -> ", and the route '" + route.id + "' has no error handling without it")
                .orElse("");
    }

    /** A step that reads a variable; empty if none is known. */
    private static String reader(String variable, RouteFile before, Map<String, RouteFile> all) {
        Pattern use = Pattern.compile("\\$\\{variable\\." + Pattern.quote(variable) + "\\b");
        return Stream.concat(Stream.of(before), all.values().stream())
                .flatMap(RouteFile::steps)
                .filter(step -> step.id != null
                        && step.expressions.stream()
                                .anyMatch(expression ->
                                        use.matcher(expression.text().value()).find()))
                .findFirst()
                .map(step -> "; the step '" + step.id + "' reads it")
                .orElse("");
    }
}
