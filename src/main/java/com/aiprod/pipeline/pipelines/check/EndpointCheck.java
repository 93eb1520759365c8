package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.beans.Introspector;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Checks the endpoints of routes against what their components know. */
final class EndpointCheck {

    /** Shorter query parameters are near to some option by chance. */
    private static final int MIN_MISSPELT = 8;

    private final CheckScope scope;
    private boolean isFlow;
    private final Components components;

    EndpointCheck(CheckScope scope) {
        this.scope = scope;
        this.components = new Components(scope.camel);
    }

    /** Lets the flow use these components, too, which need more of the application than a check starts. */
    void flow(Set<String> more) {
        isFlow = true;
        components.add(more);
    }

    /**
     * Reports what is wrong with an endpoint.
     *
     * @param sources the schemes that routes may start from; empty for any
     * @param targets what routes of these files start from
     */
    void check(Endpoint endpoint, Set<String> sources, Set<String> targets) {
        Step step = endpoint.uri().step();
        int line = endpoint.uri().line();
        Optional<String> uri = scope.resolve(endpoint.uri().value());
        boolean isDynamic = endpoint.role().equals("toD");
        if (uri.isEmpty() || uri.get().isBlank()) {
            if (uri.isPresent()) {
                scope.faults.add(step.fault(line, "'uri' has no value."));
            }
            return;
        }
        Address address = Address.of(uri.get());
        String written = endpoint.uri().value();
        if (written.startsWith("{{") && scope.usesStandIn(written.substring(0, written.indexOf("}}") + 2))) {
            return;
        }
        if ((isDynamic && address.scheme().contains("${")) || address.scheme().contains("$simple{")) {
            return;
        }
        if (!isDynamic && literal(address).contains("${")) {
            scope.faults.add(step.fault(
                    line, "Only 'toD' evaluates an expression in its URI: 'to' would use the text of the expression."));
            return;
        }
        if (!components.schemes().contains(address.scheme())) {
            String direct = "direct:" + uri.get();
            scope.faults.add(step.fault(
                    line,
                    "There is no component '" + address.scheme() + "'."
                            + (targets.contains(direct)
                                    ? " Did you mean '" + direct + "'?"
                                    : NearName.suggest(address.scheme(), components.schemes())
                                            .orElse(""))));
            return;
        }
        if (endpoint.role().equals("from") && !sources.isEmpty() && !sources.contains(address.scheme())) {
            scope.faults.add(step.fault(
                    line,
                    "A route of a pipeline starts from 'direct:' or 'seda:', and not from '" + address.scheme()
                            + ":': a job starts it, and nothing else."));
            return;
        }
        Map<String, Option> options = options(endpoint, address);
        Optional<JsonNode> described = components.description(address.scheme());
        if (described.isPresent()) {
            described(endpoint, address, options, described.get());
        } else if (!isDynamic && !isFlow) {
            made(endpoint, uri.get(), options, address);
        }
    }

    /** The part of a URI in which the component itself evaluates no expression. */
    private static String literal(Address address) {
        return switch (address.scheme()) {
            case "language" -> "";
            case "bean", "class", "file" -> address.path();
            default -> address.scheme() + ":" + address.path() + "?" + address.query();
        };
    }

    private record Option(Text text) {

        String value() {
            return text.value();
        }

        int line() {
            return text.line();
        }
    }

    private Map<String, Option> options(Endpoint endpoint, Address address) {
        Map<String, Option> options = new LinkedHashMap<>();
        String uri = endpoint.uri().value();
        for (String part : (scope.usesStandIn(uri) ? Address.of(uri) : address).options()) {
            int equals = part.indexOf('=');
            if (!part.isBlank()) {
                String name = equals < 0 ? part : part.substring(0, equals);
                options.put(
                        name.strip(),
                        new Option(new Text(
                                equals < 0 ? "" : part.substring(equals + 1),
                                endpoint.uri().node(),
                                endpoint.uri().step())));
            }
        }
        endpoint.parameters().forEach((name, value) -> {
            String text = YamlNodes.text(value);
            options.put(
                    name,
                    new Option(new Text(
                            text == null ? "" : value(text),
                            value,
                            endpoint.uri().step())));
        });
        return options;
    }

    /** The value of an option; with its placeholders if nobody knows what they stand for. */
    private String value(String text) {
        return scope.usesStandIn(text) ? text : scope.resolve(text).orElse(text);
    }

    private void described(Endpoint endpoint, Address address, Map<String, Option> options, JsonNode described) {
        Step step = endpoint.uri().step();
        JsonNode component = described.get("component");
        JsonNode properties = described.get("properties");
        String scheme = address.scheme();
        boolean isFrom = endpoint.role().equals("from");
        if (component.path("consumerOnly").asBoolean() && !isFrom) {
            scope.faults.add(step.fault(
                    endpoint.uri().line(), "A route can start from '" + scheme + ":', but cannot send to it."));
            return;
        }
        if (component.path("producerOnly").asBoolean() && isFrom) {
            scope.faults.add(step.fault(
                    endpoint.uri().line(), "A route can send to '" + scheme + ":', but cannot start from it."));
            return;
        }
        List<String> path = new ArrayList<>();
        properties.properties().forEach(property -> {
            if (property.getValue().path("kind").asText().equals("path")
                    && property.getValue().path("required").asBoolean()) {
                path.add(property.getKey());
            }
        });
        if (address.path().isBlank() && path.stream().noneMatch(options::containsKey) && !path.isEmpty()) {
            scope.faults.add(step.fault(
                    endpoint.uri().line(),
                    "'" + scheme + ":' needs a " + String.join(" and a ", path) + ", as in '"
                            + component.path("syntax").asText() + "'."));
        }
        // These components let an endpoint set what they describe only for the component, such as connectTimeout.
        boolean lenient = component.path("lenientProperties").asBoolean();
        ObjectNode known = properties.deepCopy();
        if (lenient) {
            described.path("componentProperties").properties().forEach(property -> {
                if (!known.has(property.getKey())) {
                    known.set(property.getKey(), property.getValue());
                }
            });
        }
        options.forEach((name, option) -> option(step, scheme, name, option, known, lenient));
    }

    private void option(Step step, String scheme, String name, Option option, JsonNode properties, boolean lenient) {
        if (name.contains("${")) {
            return;
        }
        JsonNode known = properties.get(name);
        if (known == null && name.startsWith("consumer.")) {
            known = properties.get(name.substring("consumer.".length()));
        }
        if (known == null) {
            boolean hasPrefix = properties.properties().stream()
                    .map(property -> property.getValue().path("prefix").asText())
                    .anyMatch(prefix -> !prefix.isEmpty() && name.startsWith(prefix));
            if (hasPrefix) {
                return;
            }
            Set<String> names = new TreeSet<>();
            properties.fieldNames().forEachRemaining(names::add);
            if (!lenient) {
                scope.faults.add(step.fault(
                        option.line(),
                        "'" + scheme + "' has no option '" + name + "'."
                                + NearName.suggest(name, names).orElse("")));
            } else {
                queryParameter(step, scheme, name, option.line(), names);
            }
            return;
        }
        boolean isObject = known.path("type").asText().equals("object");
        if (isObject && CheckScope.isReference(option.value())) {
            scope.bean(option.text(), option.value());
            return;
        }
        valueFault(name, option.value(), known).ifPresent(fault -> scope.faults.add(step.fault(option.line(), fault)));
    }

    /** Reports an option that is probably misspelt, which the component would send to the service as a query parameter. */
    private void queryParameter(Step step, String scheme, String name, int line, Set<String> known) {
        // Services have parameters of any name, such as timeout beside the option soTimeout.
        NearName.nearest(name, known, name.length() < MIN_MISSPELT ? 0 : 2)
                .ifPresent(near -> scope.faults.add(step.fault(
                        line,
                        "'" + scheme + "' has no option '" + name + "', and would send it to the service as a query"
                                + " parameter. Did you mean '" + near
                                + "'? If not, set it in the header 'CamelHttpQuery'.")));
    }

    private static Optional<String> valueFault(String name, String value, JsonNode known) {
        boolean isFixed = Stream.of("{{", "${").noneMatch(value::contains)
                && Stream.of("#", "RAW(", "RAW{").noneMatch(value::startsWith);
        if (value.isEmpty() || !isFixed) {
            return Optional.empty();
        }
        if (known.has("enum")) {
            List<String> allowed = new ArrayList<>();
            known.get("enum").forEach(each -> allowed.add(each.asText()));
            return OptionValue.ofEnum(name, value, allowed);
        }
        boolean isLong = known.path("javaType").asText().equals("long");
        return switch (known.path("type").asText()) {
            case "boolean" -> OptionValue.ofBoolean(name, value);
            case "integer", "number" ->
                isLong && OptionValue.isDuration(value) ? Optional.empty() : OptionValue.ofNumber(name, value);
            case "duration" -> OptionValue.ofDuration(name, value);
            default -> Optional.empty();
        };
    }

    /** Checks an endpoint of a component that does not describe itself, by making one. */
    private void made(Endpoint endpoint, String uri, Map<String, Option> options, Address address) {
        Step step = endpoint.uri().step();
        StringBuilder whole = new StringBuilder(uri);
        endpoint.parameters()
                .forEach((name, value) -> whole.append(whole.indexOf("?") < 0 ? '?' : '&')
                        .append(name)
                        .append("=RAW(")
                        .append(options.get(name).value())
                        .append(')'));
        try {
            scope.camel.getEndpoint(whole.toString());
        } catch (RuntimeException e) {
            String reason = BuildFault.reason(e);
            for (Map.Entry<String, Option> option : options.entrySet()) {
                if (reason.contains("{" + option.getKey() + "=") || reason.contains(", " + option.getKey() + "=")) {
                    scope.faults.add(step.fault(
                            option.getValue().line(),
                            "'" + address.scheme() + "' has no option '" + option.getKey() + "'."
                                    + NearName.suggest(option.getKey(), settersOf(address))
                                            .orElse("")));
                    return;
                }
            }
            scope.faults.add(
                    step.fault(endpoint.uri().line(), "'" + endpoint.uri().value() + "' cannot be used: " + reason));
        }
    }

    private Collection<String> settersOf(Address address) {
        try {
            org.apache.camel.Endpoint plain = scope.camel.getEndpoint(address.scheme() + ":" + address.path());
            return Stream.of(plain.getClass().getMethods())
                    .map(Method::getName)
                    .filter(name -> name.startsWith("set") && name.length() > 3)
                    .map(name -> Introspector.decapitalize(name.substring(3)))
                    .toList();
        } catch (RuntimeException e) {
            return Arrays.asList();
        }
    }
}
