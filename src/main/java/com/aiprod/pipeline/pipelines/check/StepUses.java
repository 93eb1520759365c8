package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.BeanCall;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Expression;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import com.aiprod.pipeline.pipelines.check.RouteSchema.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads what a step uses: beans, endpoints, and expressions. */
final class StepUses {

    private static final Set<String> PREDICATES = Set.of(
            "FilterDefinition",
            "WhenDefinition",
            "OnWhenDefinition",
            "ValidateDefinition",
            "PredicateValidatorDefinition");

    private static final Set<String> PREDICATE_KEYS =
            Set.of("handled", "continued", "retryWhile", "completionPredicate", "filter", "when", "validate", "onWhen");

    private StepUses() {}

    /** Adds the call of a {@code bean} step. */
    static void addBean(Step step, Node value) {
        if (step.is("bean")) {
            String name = YamlNodes.text(value);
            step.calls.add(
                    name == null ? call(step.fields, step) : new BeanCall(new Text(name, value, step), null, null));
        }
    }

    private static BeanCall call(Map<String, Node> fields, Step step) {
        return new BeanCall(text(fields, "ref", step), text(fields, "beanType", step), text(fields, "method", step));
    }

    /** {@code method: bean.name} in one line. */
    private static BeanCall shortCall(Node value, Step step) {
        String text = YamlNodes.text(value);
        if (text == null) {
            return new BeanCall(null, null, null);
        }
        int dot = text.indexOf('.');
        return dot < 0
                ? new BeanCall(new Text(text, value, step), null, null)
                : new BeanCall(
                        new Text(text.substring(0, dot), value, step),
                        null,
                        new Text(text.substring(dot + 1), value, step));
    }

    /** A field with a text; null if there is none. */
    static Text text(Map<String, Node> fields, String key, Step step) {
        Node node = fields.get(key);
        String text = node == null ? null : YamlNodes.text(node);
        return text == null ? null : new Text(text, node, step);
    }

    /** The endpoint of these fields; null if they have no URI. */
    static Endpoint endpoint(Map<String, Node> fields, String role, Step step) {
        Text uri = text(fields, "uri", step);
        return uri == null
                ? null
                : new Endpoint(
                        uri, fields.containsKey("parameters") ? parameters(fields.get("parameters")) : Map.of(), role);
    }

    private static Map<String, Node> parameters(Node node) {
        Map<String, Node> parameters = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple entry : mapping.getValue()) {
                String key = YamlNodes.text(entry.getKeyNode());
                if (key != null) {
                    parameters.put(key, entry.getValueNode());
                }
            }
        }
        return parameters;
    }

    /** How a step with this key uses its endpoint, as {@link Endpoint#role()}. */
    static String roleOf(String key) {
        return key.equals("toD") || key.equals("wireTap") ? "toD" : "to";
    }

    /**
     * Adds the expression of a language, and the call that it makes.
     *
     * @param owner what the expression belongs to
     * @param key by which the owner is known
     */
    static void addExpression(String language, Node value, Shape owner, String key, Step step) {
        Map<String, Node> fields = YamlNodes.fields(value);
        Node at = value instanceof MappingNode ? fields.get("expression") : value;
        boolean predicate = isPredicate(owner, key, step);
        if (language.equals("method")) {
            step.calls.add(value instanceof MappingNode ? call(fields, step) : shortCall(value, step));
        }
        if (at != null && YamlNodes.text(at) != null) {
            step.expressions.add(new Expression(language, new Text(YamlNodes.text(at), at, step), predicate, fields));
        } else if (language.equals("method") && fields.get("method") instanceof ScalarNode method) {
            step.expressions.add(
                    new Expression(language, new Text(method.getValue(), method, step), predicate, fields));
        }
    }

    private static boolean isPredicate(Shape owner, String key, Step step) {
        return PREDICATES.contains(owner.name())
                || PREDICATE_KEYS.contains(key)
                || (key.equals("loop") && "true".equals(step.field("doWhile")));
    }
}
