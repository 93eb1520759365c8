package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteSchema.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Says what is wrong with the keys of a mapping. */
final class KeyFaults {

    private static final String STEPS_BELOW_FROM = "'steps' belongs below 'from': indent it by two spaces more.";

    /** Definitions that work without the expression that they may have. */
    private static final Set<String> EXPRESSION_IS_OPTIONAL =
            Set.of("SortDefinition", "ResequenceDefinition", "InterceptDefinition", "SagaDefinition");

    /** Keys that Camel does not read. */
    static final Set<String> FOR_PEOPLE = Set.of("description", "note", "id");

    private static final RouteSchema SCHEMA = RouteSchema.get();

    private KeyFaults() {}

    /** For the only key of an item of a list. */
    static String unknownStep(String key, Shape shape, String unknown) {
        if (key.equals("when") || key.equals("otherwise")) {
            return "'" + key + "' belongs directly below 'choice'.";
        }
        if (key.equals("doCatch") || key.equals("doFinally")) {
            return "'" + key + "' belongs directly below 'doTry'.";
        }
        if (key.equals("onException") || key.equals("onCompletion") || key.equals("errorHandler")) {
            return "'" + key + "' is not a step: it belongs at the top level of the file, before the routes.";
        }
        return unknown.formatted(key) + NearName.suggest(key, shape.keys()).orElse("");
    }

    /** For a key among others. */
    static String unknown(String name, MappingNode node, Shape shape, String key) {
        if (name.equals("steps") && shape.has("from")) {
            return STEPS_BELOW_FROM;
        }
        if (key.equals("bean") && name.equals("name")) {
            return "'bean' has no 'name'. Did you mean 'ref'?";
        }
        if (name.equals("uri") && shape.has("from")) {
            return "'uri' belongs below 'from'.";
        }
        if (shape.has("parameters")
                && YamlNodes.fields(node).containsKey("uri")
                && !SCHEMA.step().has(name)) {
            Optional<String> near = NearName.suggest(name, shape.keys());
            return "'" + key + "' has no '" + name + "'."
                    + near.orElse(" An option of the endpoint belongs below 'parameters'.");
        }
        if (SCHEMA.languages().contains(name) && !shape.hasExpression()) {
            return "'" + key + "' has no expression, and so no '" + name + "'.";
        }
        if (name.equals("when") || name.equals("otherwise")) {
            return "'" + name + "' belongs directly below 'choice'.";
        }
        if (shape.has("steps")
                && SCHEMA.step().has(name)
                && NearName.nearest(name, shape.keys()).isEmpty()) {
            return "'" + name + "' is a step: write it as '- " + name + ":' below 'steps'.";
        }
        return "'" + key + "' has no '" + name + "'."
                + NearName.suggest(name, shape.keys()).orElseGet(() -> keys(shape));
    }

    private static String keys(Shape shape) {
        List<String> names = shape.keys().stream().sorted().toList();
        return names.size() > 12 ? "" : " It may have " + String.join(", ", names) + ".";
    }

    /** For a text in the place of a mapping. */
    static String notAMapping(Node node, Shape shape, String key) {
        if (shape.hasExpression()) {
            return "'" + key + "' needs a language: write 'simple: " + YamlNodes.firstLine(YamlNodes.text(node)) + "'"
                    + (key.equals("expression") ? " in place of it." : " below it.");
        }
        List<String> some = shape.keys().stream()
                .filter(name -> !FOR_PEOPLE.contains(name))
                .sorted()
                .limit(3)
                .toList();
        return "'" + key + "' needs keys below it, such as " + String.join(", ", some) + ", and not a text.";
    }

    /** For a mapping in the place of a text. */
    static String notAScalar(MappingNode mapping, String key) {
        boolean placeholder =
                mapping.getValue().size() == 1 && mapping.getValue().get(0).getKeyNode() instanceof MappingNode;
        return placeholder
                ? "Put the placeholder into quotation marks: '" + key + ": \"{{name}}\"'."
                : "'" + key + "' needs a text, and not keys below it.";
    }

    /** Keys of which only one may be there; at the later one. */
    static Map<Node, String> contradicting(Map<String, Node> given, Shape shape, String key) {
        Map<Node, String> found = new LinkedHashMap<>();
        for (Set<String> choice : shape.choices()) {
            List<String> both =
                    given.keySet().stream().filter(choice::contains).sorted().toList();
            if (both.size() > 1) {
                Node later = both.stream()
                        .map(given::get)
                        .max(Comparator.comparing(YamlNodes::line))
                        .orElseThrow();
                found.put(later, "'" + key + "' has both '" + both.get(0) + "' and '" + both.get(1) + "': keep one.");
            }
        }
        return found;
    }

    /** What a mapping needs and does not have. */
    static List<String> missing(Set<String> given, Shape shape, String key) {
        List<String> found = new ArrayList<>();
        List<String> needed = shape.required().stream()
                .filter(name -> !given.contains(name))
                .map(name -> "'" + name + "'")
                .toList();
        if (!needed.isEmpty()) {
            found.add("'" + key + "' needs " + String.join(" and ", needed) + ".");
        }
        boolean needsLanguage = shape.hasExpression() && !EXPRESSION_IS_OPTIONAL.contains(shape.name());
        if (needsLanguage && hasNone(given, shape.choices().stream().filter(choice -> choice.contains("simple")))) {
            found.add("'" + key + "' needs an expression, such as 'simple: ${body}'.");
        }
        boolean needsFormat = key.equals("marshal") || key.equals("unmarshal");
        if (needsFormat && hasNone(given, shape.choices().stream())) {
            found.add("'" + key + "' needs a data format, such as 'json: {}'.");
        }
        return found;
    }

    private static boolean hasNone(Set<String> given, Stream<Set<String>> choices) {
        return choices.noneMatch(choice -> given.stream().anyMatch(choice::contains));
    }
}
