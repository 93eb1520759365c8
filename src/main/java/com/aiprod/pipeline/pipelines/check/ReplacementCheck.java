package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.BeanCall;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Named;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Finds what a built-in file of the flow does for the product, and neither the file in its place nor another one of the
 * folder does.
 */
final class ReplacementCheck {

    private final Collection<RouteFile> own;
    private final Collection<RouteFile> all;
    private final List<Fault> faults;

    /** What the steps of the folder do. */
    private final Set<String> kept = new HashSet<>();

    /**
     * Checks files of a folder.
     *
     * @param all the files of the folder, and the built-in ones that they do not replace
     * @param faults receives what is lost, after what is wrong with the files themselves
     */
    ReplacementCheck(Collection<RouteFile> own, Collection<RouteFile> all, List<Fault> faults) {
        this.own = own;
        this.all = all;
        this.faults = faults;
        own.stream()
                .flatMap(RouteFile::steps)
                .filter(step -> !step.isDisabled())
                .forEach(step -> kept.addAll(does(step).keySet()));
    }

    /** @param after the file in the place of the built-in one */
    void check(RouteFile before, RouteFile after) {
        for (Named configuration : before.configurations) {
            if (!hasConfiguration(configuration.id())) {
                faults.add(missing(
                        after,
                        "The routeConfiguration '" + configuration.id() + "' of the built-in file is missing"
                                + users(configuration.id())));
            }
        }
        for (Route route : before.routes) {
            route(route.id)
                    .ifPresentOrElse(
                            now -> start(route, now),
                            () -> faults.add(
                                    missing(after, "The route '" + route.id + "' of the built-in file is missing")));
        }
        before.steps().filter(step -> !step.isDisabled()).forEach(step -> step(step, before, after));
    }

    private static Fault missing(RouteFile after, String what) {
        return new Fault(after.location(), 0, null, what + ": copy it from the built-in file.");
    }

    private Optional<Route> route(String id) {
        return own.stream()
                .flatMap(file -> file.routes.stream())
                .filter(route -> id.equals(route.id))
                .findFirst();
    }

    private boolean hasConfiguration(String id) {
        return all.stream()
                .flatMap(file -> file.configurations.stream())
                .anyMatch(named -> named.id().equals(id));
    }

    private void step(Step step, RouteFile before, RouteFile after) {
        boolean isInRoute = step.route != null;
        String owner = isInRoute ? step.route.id : configurationOf(step, before);
        boolean isOwnerLost = isInRoute ? route(owner).isEmpty() : !hasConfiguration(owner);
        if (isOwnerLost) {
            return;
        }
        does(step).forEach((what, text) -> {
            boolean isMisspelt = what.startsWith("bean ") && hasUnknownBean(after);
            if (!kept.contains(what) && !isMisspelt) {
                String message =
                        (isInRoute ? "The route '" : "The routeConfiguration '") + owner + "' no longer " + text
                                + (step.id == null ? "" : ", as the step '" + step.id + "' of the built-in file does")
                                + (what.startsWith("variable ") ? reader(what.substring(9), before) : "") + ".";
                faults.add(isInRoute ? inRoute(owner, message) : inConfiguration(owner, after, message));
            }
        });
    }

    /** Then it is probably the one that is missing. */
    private boolean hasUnknownBean(RouteFile file) {
        return faults.stream()
                .filter(fault -> fault.file().equals(file.location()))
                .anyMatch(fault -> fault.message().startsWith("There is no bean")
                        || fault.message().startsWith("The bean has no method"));
    }

    private static String configurationOf(Step step, RouteFile file) {
        return file.loose.stream()
                .filter(top -> top.all().anyMatch(each -> each == step))
                .map(top -> String.valueOf(top.id))
                .findFirst()
                .orElse("");
    }

    private void start(Route before, Route now) {
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
        List<String> has = now.configurationIds();
        for (String id : before.configurationIds()) {
            if (!has.contains(id)) {
                faults.add(now.top.fault(
                        now.configurationId == null ? now.idLine : now.configurationId.line(),
                        "The route '" + now.id + "' lost the routeConfigurationId '" + id
                                + "', which handles its errors."));
            }
        }
    }

    private Fault inRoute(String id, String message) {
        Route route = route(id).orElseThrow();
        return route.top.fault(route.idLine, message);
    }

    private Fault inConfiguration(String id, RouteFile after, String message) {
        return Stream.concat(Stream.of(after), own.stream())
                .flatMap(file -> file.loose.stream())
                .filter(top -> id.equals(top.id))
                .findFirst()
                .map(top -> new Fault(top.file.location(), top.line, null, message))
                .orElse(new Fault(after.location(), 0, null, message));
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

    private String users(String configuration) {
        return all.stream()
                .flatMap(file -> file.routes.stream())
                .filter(route -> route.configurationIds().contains(configuration))
                .findFirst()
                .map(route -> ", and the route '" + route.id + "' has no error handling without it")
                .orElse("");
    }

    /** A step that reads a variable; empty if none is known. */
    private String reader(String variable, RouteFile before) {
        Pattern use = Pattern.compile("\\$\\{variable\\." + Pattern.quote(variable) + "\\b");
        return Stream.concat(Stream.of(before), all.stream())
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
