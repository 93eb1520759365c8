package com.aiprod.pipeline.api.admin;

import com.aiprod.pipeline.api.admin.PipelineFlow.FlowBranch;
import com.aiprod.pipeline.api.admin.PipelineFlow.FlowRoute;
import com.aiprod.pipeline.api.admin.PipelineFlow.FlowStep;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Reads the routes of one route file, with the lines of their steps. Skips what it does not know. */
final class FlowRouteReader {

    /** The keys under which steps contain branches, in the order in which they run. */
    private static final List<String> BRANCHES =
            List.of("steps", "when", "otherwise", "doCatch", "onFallback", "doFinally");

    private static final List<String> EXPRESSIONS =
            List.of("simple", "constant", "jsonpath", "jq", "header", "variable", "exchangeProperty", "method", "ref");

    private final String file;
    private final List<Node> items;

    /**
     * Parses the file.
     *
     * @param file its name
     * @param text its content
     * @throws org.yaml.snakeyaml.error.YAMLException if it is not YAML
     */
    FlowRouteReader(String file, String text) {
        this.file = file;
        Node whole = new Yaml(new SafeConstructor(new LoaderOptions())).compose(new StringReader(text));
        this.items = list(whole);
    }

    /** The ID of each route by the address that calls it. */
    Map<String, String> addresses() {
        Map<String, String> addresses = new LinkedHashMap<>();
        routeNodes()
                .forEach(route -> addresses.put(address(route), text(map(route).get("id"))));
        return addresses;
    }

    /** @param routesByAddress the routes of all files, as {@link #addresses} returns them */
    List<FlowRoute> routes(Map<String, String> routesByAddress) {
        return routeNodes()
                .map(route -> {
                    Map<String, Node> fields = map(route);
                    Map<String, Node> from = map(fields.get("from"));
                    return new FlowRoute(
                            Objects.requireNonNullElse(text(fields.get("id")), address(route)),
                            text(fields.get("description")),
                            address(route),
                            file,
                            line(route),
                            steps(from.getOrDefault("steps", fields.get("steps")), routesByAddress));
                })
                .toList();
    }

    private Stream<Node> routeNodes() {
        return items.stream().map(item -> map(item).get("route")).filter(Objects::nonNull);
    }

    private static String address(Node route) {
        Node from = map(route).get("from");
        return Objects.requireNonNullElse(
                from instanceof ScalarNode ? text(from) : text(map(from).get("uri")), "?");
    }

    private static List<FlowStep> steps(Node steps, Map<String, String> routesByAddress) {
        List<FlowStep> read = new ArrayList<>();
        for (Node step : list(steps)) {
            map(step).forEach((type, fields) -> read.add(step(type, fields, line(step), routesByAddress)));
        }
        return read;
    }

    private static FlowStep step(String type, Node value, int line, Map<String, String> routesByAddress) {
        Map<String, Node> fields = map(value);
        String detail = value instanceof ScalarNode ? text(value) : detail(fields);
        List<FlowBranch> branches = new ArrayList<>();
        for (String kind : BRANCHES) {
            Node branch = fields.get(kind);
            if ("steps".equals(kind) && branch != null) {
                branches.add(new FlowBranch(kind, null, null, steps(branch, routesByAddress)));
            } else if (branch instanceof SequenceNode several) {
                several.getValue().forEach(one -> branches.add(branch(kind, one, routesByAddress)));
            } else if (branch != null) {
                branches.add(branch(kind, branch, routesByAddress));
            }
        }
        return new FlowStep(
                type,
                text(fields.get("id")),
                text(fields.get("description")),
                detail,
                detail == null ? null : routesByAddress.get(detail),
                line,
                branches);
    }

    private static FlowBranch branch(String kind, Node node, Map<String, String> routesByAddress) {
        Map<String, Node> fields = map(node);
        String exceptions = list(fields.get("exception")).stream()
                .map(FlowRouteReader::text)
                .collect(Collectors.joining(", "));
        return new FlowBranch(
                kind,
                text(fields.get("id")),
                exceptions.isEmpty() ? expression(fields) : exceptions,
                steps(fields.get("steps"), routesByAddress));
    }

    private static String detail(Map<String, Node> fields) {
        String uri = text(fields.get("uri"));
        if (uri != null) {
            return uri;
        }
        String bean = text(fields.get("ref"));
        if (bean != null) {
            String method = text(fields.get("method"));
            return method == null ? bean : bean + "." + method;
        }
        String name = text(fields.get("name"));
        return name != null ? name : expression(fields);
    }

    /** An expression as a text: directly in a step, or under {@code expression}; null if there is none. */
    private static String expression(Map<String, Node> fields) {
        for (String language : EXPRESSIONS) {
            Node expression = fields.get(language);
            if (expression != null) {
                Map<String, Node> parts = map(expression);
                String text = expression instanceof ScalarNode ? text(expression) : text(parts.get("expression"));
                return text != null ? text : detail(parts);
            }
        }
        Node nested = fields.get("expression");
        return nested instanceof MappingNode ? expression(map(nested)) : null;
    }

    private static Map<String, Node> map(Node node) {
        Map<String, Node> fields = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(field -> fields.put(text(field.getKeyNode()), field.getValueNode()));
        }
        return fields;
    }

    private static List<Node> list(Node node) {
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    private static String text(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : null;
    }

    private static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }
}
