package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.ClassName;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Named;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import com.aiprod.pipeline.pipelines.check.RouteSchema.Shape;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads a route file, and compares it with the schema. */
final class RouteFileReader {

    private static final int MAX_DEPTH = 100;

    /** Parts of a step that have steps of their own. */
    private static final Set<String> BRANCHES = Set.of(
            "when",
            "otherwise",
            "doCatch",
            "doFinally",
            "onFallback",
            "onException",
            "onCompletion",
            "intercept",
            "interceptFrom",
            "interceptSendToEndpoint");

    private static final Set<String> CLASS_KEYS =
            Set.of("beanType", "exceptionType", "resultType", "unmarshalType", "exception");

    private static final Set<String> DURATIONS = Set.of(
            "timePeriodMillis",
            "samplePeriod",
            "completionInterval",
            "completionTimeout",
            "redeliveryDelay",
            "maximumRedeliveryDelay",
            "timeout");

    private final RouteSchema schema = RouteSchema.get();
    private final RouteFile file;
    private final List<Fault> faults;
    /** The line of the key of each value that is not a scalar. */
    private final IdentityHashMap<Node, Integer> lines = new IdentityHashMap<>();

    /** Whether the steps of the route are there, in the wrong place, which is one fault. */
    private boolean stepsLieBesideFrom;

    private RouteFileReader(RouteFile file, List<Fault> faults) {
        this.file = file;
        this.faults = faults;
    }

    /** @param faults receives where the file is not what the schema allows */
    static RouteFile read(SourceFile source, List<Fault> faults) {
        RouteFile file = new RouteFile(source);
        Optional<Node> root = YamlNodes.read(source, faults);
        file.readable = root.isPresent();
        root.ifPresent(node -> new RouteFileReader(file, faults).root(node));
        return file;
    }

    private void root(Node node) {
        if (!(node instanceof SequenceNode list)) {
            file.readable = false;
            String first = YamlNodes.fields(node).keySet().stream().findFirst().orElse("route");
            fault(
                    YamlNodes.line(node),
                    null,
                    node instanceof MappingNode
                            ? "A route file is a list: write '- " + first + ":' here, and indent what is below it."
                            : "A route file is a list of routes: begin it with '- route:'.");
            return;
        }
        for (Node item : list.getValue()) {
            topLevel(item);
        }
    }

    private void topLevel(Node item) {
        String kind = singleKey(item, null, schema.root(), "A route file has no '%s'.");
        if (kind == null) {
            return;
        }
        Node value = YamlNodes.fields(item).get(kind);
        if (kind.equals("route") || kind.equals("from")) {
            route(kind, value, YamlNodes.line(item));
        } else {
            outsideRoutes(kind, value, YamlNodes.line(item));
        }
    }

    private void route(String kind, Node value, int line) {
        Route route = new Route(file, line);
        file.routes.add(route);
        Map<String, Node> fields = YamlNodes.fields(value);
        boolean hasRoute = kind.equals("route");
        stepsLieBesideFrom = hasRoute && fields.containsKey("steps");
        value(value, schema.root().of(kind), kind, route.top, 0);
        Map<String, Node> from = hasRoute ? YamlNodes.fields(fields.get("from")) : fields;
        route.from = StepUses.endpoint(from, "from", route.top);
        if (hasRoute) {
            route.top.fields = fields;
            route.id = route.top.field("id");
            route.configurationId = StepUses.text(fields, "routeConfigurationId", route.top);
        }
        if (route.id != null) {
            route.idLine = YamlNodes.line(fields.get("id"));
            file.ids.add(new Named("route", route.id, file, route.idLine));
        }
    }

    private void outsideRoutes(String kind, Node value, int line) {
        Step step = new Step(file, kind, line);
        step.fields = YamlNodes.fields(value);
        step.id = step.field("id");
        file.loose.add(step);
        if (kind.equals("routeConfiguration") && step.id != null) {
            Named named = new Named("routeConfiguration", step.id, file, YamlNodes.line(step.fields.get("id")));
            file.configurations.add(named);
            file.ids.add(named);
        }
        value(value, schema.root().of(kind), kind, step, 0);
        if (kind.equals("beans")) {
            for (Node bean : YamlNodes.items(value)) {
                String name = YamlNodes.field(bean, "name");
                if (name != null) {
                    file.beans.put(name, String.valueOf(YamlNodes.field(bean, "type")));
                }
            }
        }
    }

    /** The only key of an item of a list; null, after a fault, if there is not exactly one that is known. */
    private String singleKey(Node item, Step step, Shape shape, String unknown) {
        if (!(item instanceof MappingNode mapping) || mapping.getValue().isEmpty()) {
            String text = item.getNodeType() == NodeType.SCALAR ? ((ScalarNode) item).getValue() : "";
            fault(
                    YamlNodes.line(item),
                    step,
                    shape.has(text) ? "'" + text + "' needs a ':' behind it." : "Here is not a step: write '- name:'.");
            return null;
        }
        List<NodeTuple> entries = mapping.getValue();
        NodeTuple first = entries.get(0);
        String written = YamlNodes.text(first.getKeyNode());
        String key = written == null ? "" : written;
        if (!shape.has(key)) {
            fault(
                    YamlNodes.line(first.getKeyNode()),
                    stepOf(first.getValueNode(), step),
                    KeyFaults.unknownStep(key, shape, unknown));
            return null;
        }
        if (entries.size() > 1) {
            NodeTuple second = entries.get(1);
            String other = String.valueOf(YamlNodes.text(second.getKeyNode()));
            boolean inside = shape.of(key).has(StringHelper.dashToCamelCase(other));
            fault(
                    YamlNodes.line(second.getKeyNode()),
                    step,
                    inside
                            ? "Indent '" + other + "' further: it belongs below '" + written + "'."
                            : "'" + other + "' cannot stand beside '" + written
                                    + "': begin it with '- ', or indent it.");
            return null;
        }
        return key;
    }

    /** For faults: a step with the ID that is written there, although its kind is unknown. */
    private Step stepOf(Node value, Step outer) {
        String id = YamlNodes.field(value, "id");
        if (id == null || outer == null) {
            return outer;
        }
        Step step = new Step(file, "", YamlNodes.line(value));
        step.id = id;
        return step;
    }

    private void stepItem(Node item, Shape shape, Step outer, int depth) {
        String kind = singleKey(item, outer, shape, "There is no step '%s'.");
        if (kind != null) {
            Node value = YamlNodes.fields(item).get(kind);
            enter(kind, value, YamlNodes.line(item), shape.of(kind), outer, depth);
        }
    }

    private void enter(String kind, Node value, int line, Shape shape, Step outer, int depth) {
        Step step = new Step(file, kind, line);
        step.route = outer.route;
        step.fields = YamlNodes.fields(value);
        if (kind.equals("log") && value instanceof ScalarNode) {
            step.fields = Map.of("message", value);
        }
        step.id = step.field("id");
        outer.children.add(step);
        if (step.id != null) {
            file.ids.add(new Named("step", step.id, file, YamlNodes.line(step.fields.get("id"))));
        }
        if ((kind.equals("doCatch") || kind.equals("doFinally")) && !outer.kind.equals("doTry")) {
            faults.add(step.fault("'" + kind + "' belongs directly below 'doTry'."));
        }
        StepUses.addBean(step, value);
        value(value, shape, kind, step, depth);
    }

    private void value(Node node, Shape shape, String key, Step step, int depth) {
        if (depth > MAX_DEPTH) {
            fault(YamlNodes.line(node), step, "The file is nested too deeply here.");
        } else if (shape.isList() && !shape.isMapping()) {
            list(node, shape, key, step, depth + 1);
        } else if (node instanceof MappingNode mapping) {
            if (shape.isMapping()) {
                mapping(mapping, shape, key, step, depth + 1);
            } else {
                fault(YamlNodes.line(node), step, KeyFaults.notAScalar(mapping, key));
            }
        } else if (node instanceof SequenceNode) {
            fault(YamlNodes.line(node), step, "'" + key + "' is not a list here: remove the '- '.");
        } else if (shape.isScalar() && (!shape.isMapping() || !YamlNodes.isNull(node))) {
            scalar(node, shape, key, step);
        } else if (YamlNodes.isNull(node)) {
            int before = faults.size();
            missing(Map.of(), shape, key, node, step, false);
            if (faults.size() == before) {
                int line = lines.getOrDefault(node, step.kind.equals(key) ? step.line : YamlNodes.line(node));
                fault(line, step, "'" + key + "' has no value: write '" + key + ": {}', or keys below it.");
            }
        } else {
            fault(YamlNodes.line(node), step, KeyFaults.notAMapping(node, shape, key));
        }
    }

    private void list(Node node, Shape shape, String key, Step step, int depth) {
        Shape item = shape.item();
        if (!(node instanceof SequenceNode sequence)) {
            // Camel takes one text for a list of one.
            if (item.isScalar() && YamlNodes.text(node) != null) {
                scalar(node, item, key, step);
            } else {
                fault(YamlNodes.line(node), step, "'" + key + "' needs a list: begin each item with '- '.");
            }
            return;
        }
        for (Node value : sequence.getValue()) {
            if (item.isStep()) {
                stepItem(value, item, step, depth);
            } else if (BRANCHES.contains(key)) {
                branch(key, value, item, step, depth);
            } else {
                value(value, item, key, step, depth);
            }
        }
    }

    private void branch(String key, Node value, Shape shape, Step step, int depth) {
        // In a routeConfiguration, the list items repeat the key.
        Node inner = YamlNodes.fields(value).get(key);
        boolean wrapped = shape.keys().equals(Set.of(key));
        if (wrapped && inner == null) {
            value(value, shape, key, step, depth);
            return;
        }
        enter(key, wrapped ? inner : value, YamlNodes.line(value), wrapped ? shape.of(key) : shape, step, depth);
    }

    private void mapping(MappingNode node, Shape shape, String key, Step step, int depth) {
        Map<String, Node> seen = new HashMap<>();
        boolean hasUnknown = false;
        for (NodeTuple entry : node.getValue()) {
            String written = YamlNodes.text(entry.getKeyNode());
            int line = YamlNodes.line(entry.getKeyNode());
            if (written == null) {
                fault(line, step, "This key of '" + key + "' is not a text.");
                continue;
            }
            String name = shape.isOpen() ? written : StringHelper.dashToCamelCase(written);
            if (seen.putIfAbsent(name, entry.getValueNode()) != null) {
                fault(line, step, "'" + written + "' is here twice: keep one.");
            } else if (shape.isOpen()) {
                open(entry.getValueNode(), written, step, depth, key.equals("parameters"));
            } else if (shape.has(name)) {
                property(name, entry, shape, key, step, depth);
            } else {
                hasUnknown = true;
                step.hasUnknown |= step.kind.equals(key);
                boolean isPartOfFrom =
                        name.equals("steps") && shape.has("from") && YamlNodes.field(node, "from") != null;
                if (!isPartOfFrom) {
                    fault(line, step, KeyFaults.unknown(name, node, shape, key));
                }
            }
        }
        if (!shape.isOpen()) {
            missing(seen, shape, key, node, step, hasUnknown);
        }
        boolean to = shape.has("uri") && !key.equals("from") && !key.startsWith("intercept") && !key.equals("rest");
        if (to) {
            Endpoint endpoint = StepUses.endpoint(YamlNodes.fields(node), StepUses.roleOf(key), step);
            if (endpoint != null) {
                step.endpoints.add(endpoint);
            }
        }
    }

    private void property(String name, NodeTuple entry, Shape shape, String key, Step step, int depth) {
        Node value = entry.getValueNode();
        Shape inner = shape.of(name);
        lines.put(value, YamlNodes.line(entry.getKeyNode()));
        if (shape.hasExpression()
                && shape.choices().stream().anyMatch(names -> names.contains("simple") && names.contains(name))
                && !name.equals("expression")) {
            StepUses.addExpression(name, value, shape, key, step);
        }
        boolean isBranch = BRANCHES.contains(name) && inner.isMapping() && !inner.isScalar() && !name.equals("onWhen");
        if (isBranch && value instanceof MappingNode) {
            enter(name, value, YamlNodes.line(entry.getKeyNode()), inner, step, depth);
            return;
        }
        String path = name.equals("expression") && inner.hasExpression() ? key : name;
        if (inner.hasExpression() && name.equals("expression") && value.getNodeType() == NodeType.SCALAR) {
            path = name;
        }
        value(value, inner, path, step, depth);
    }

    /** Values that Camel hands on to an endpoint or a bean. */
    private void open(Node value, String key, Step step, int depth, boolean isOption) {
        if (depth > MAX_DEPTH) {
            return;
        }
        if (value instanceof ScalarNode scalar) {
            Text text = new Text(scalar.getValue(), scalar, step);
            file.texts.add(text);
            if (!isOption) {
                reference(text);
            }
        } else if (value instanceof MappingNode mapping) {
            if (mapping.getValue().size() == 1 && mapping.getValue().get(0).getKeyNode() instanceof MappingNode) {
                fault(YamlNodes.line(value), step, KeyFaults.notAScalar(mapping, key));
                return;
            }
            for (NodeTuple entry : mapping.getValue()) {
                open(
                        entry.getValueNode(),
                        String.valueOf(YamlNodes.text(entry.getKeyNode())),
                        step,
                        depth + 1,
                        isOption);
            }
        } else {
            YamlNodes.items(value).forEach(item -> open(item, key, step, depth + 1, isOption));
        }
    }

    private void reference(Text text) {
        if (text.value().startsWith("#")) {
            file.references.add(text);
        }
    }

    /** @param hasUnknown whether a key is unknown, which is probably the one that is missing, misspelt */
    private void missing(Map<String, Node> given, Shape shape, String key, Node node, Step step, boolean hasUnknown) {
        KeyFaults.contradicting(given, shape, key).forEach((at, fault) -> fault(YamlNodes.line(at), step, fault));
        if (hasUnknown) {
            return;
        }
        int line = key.equals(step.kind) ? step.line : lines.getOrDefault(node, YamlNodes.line(node));
        Set<String> there = new HashSet<>(given.keySet());
        if (key.equals("from") && stepsLieBesideFrom) {
            there.add("steps");
        }
        KeyFaults.missing(there, shape, key).forEach(fault -> fault(line, step, fault));
        if (key.equals("choice") && !given.containsKey("when") && step.kind.equals("choice")) {
            fault(line, step, "'choice' needs at least one 'when'.");
        }
    }

    private void scalar(Node node, Shape shape, String key, Step step) {
        String text = YamlNodes.text(node);
        if (text == null) {
            if (shape.required().isEmpty() && !key.equals("uri")) {
                return;
            }
            fault(YamlNodes.line(node), step, "'" + key + "' has no value.");
            return;
        }
        Text value = new Text(text, node, step);
        if (!KeyFaults.FOR_PEOPLE.contains(key)) {
            file.texts.add(value);
            boolean isFreeText = key.equals("message")
                    || key.equals("expression")
                    || schema.languages().contains(key);
            if (!isFreeText) {
                reference(value);
            }
        }
        if (CLASS_KEYS.contains(key) || (key.equals("type") && step.kind.startsWith("convert"))) {
            file.classes.add(new ClassName(key, value));
        }
        boolean uriOfStep = shape.isMapping() && shape.has("uri");
        if (uriOfStep || key.equals("deadLetterUri")) {
            step.endpoints.add(new Endpoint(value, Map.of(), StepUses.roleOf(key)));
        }
        if (!text.contains("{{")) {
            valueFault(key, text, shape).ifPresent(fault -> faults.add(value.fault(fault)));
        }
    }

    private static Optional<String> valueFault(String key, String text, Shape shape) {
        if (DURATIONS.contains(key) && !text.contains("${")) {
            return OptionValue.ofDuration(key, text);
        }
        if (shape.isBoolean()) {
            return OptionValue.ofBoolean(key, text);
        }
        if (shape.isNumber()) {
            return OptionValue.ofNumber(key, text);
        }
        return shape.values().isEmpty() ? Optional.empty() : OptionValue.ofEnum(key, text, shape.values());
    }

    private void fault(int line, Step step, String message) {
        faults.add(
                new Fault(file.location(), line, step == null || step.kind.equals("route") ? null : step.id, message));
    }
}
