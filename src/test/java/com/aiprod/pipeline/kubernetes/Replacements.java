package com.aiprod.pipeline.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Kustomize replacements: copy a value of one object to fields of others, or to a part of them. */
final class Replacements {

    /** A step of a field path: a name, or any text in brackets. */
    private static final Pattern STEP = Pattern.compile("\\[([^\\]]+)]|([^.\\[\\]]+)");

    private final List<ObjectNode> objects;

    Replacements(List<ObjectNode> objects) {
        this.objects = objects;
    }

    /** Applies the replacements in order, because a later one may read what an earlier one wrote. */
    void apply(JsonNode replacements) {
        for (JsonNode replacement : replacements) {
            Kustomization.onlyKnown(replacement, Set.of("source", "targets"));
            String value = value(replacement.path("source"));
            for (JsonNode target : replacement.path("targets")) {
                Kustomization.onlyKnown(target, Set.of("select", "fieldPaths", "options"));
                Kustomization.onlyKnown(target.path("select"), Set.of("kind", "name"));
                Kustomization.onlyKnown(target.path("options"), Set.of("delimiter", "index"));
                Selector selector = Selector.of(target.path("select"));
                List<ObjectNode> selected =
                        objects.stream().filter(selector::matches).toList();
                for (JsonNode path : target.path("fieldPaths")) {
                    int written = 0;
                    for (ObjectNode object : selected) {
                        written += write(object, steps(path.asText()), target.path("options"), value);
                    }
                    if (written == 0) {
                        throw new IllegalStateException("No field to replace: " + target);
                    }
                }
            }
        }
    }

    private String value(JsonNode source) {
        Kustomization.onlyKnown(source, Set.of("kind", "name", "fieldPath"));
        JsonNode object = objects.stream()
                .filter(Selector.exactly(
                        source.path("kind").asText(), source.path("name").asText())::matches)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No such source: " + source));
        for (String step : steps(source.path("fieldPath").asText())) {
            object = object.path(step);
        }
        if (!object.isTextual()) {
            throw new IllegalStateException("Not a text: " + source);
        }
        return object.asText();
    }

    private static List<String> steps(String path) {
        return STEP.matcher(path)
                .results()
                .map(step -> step.group(1) == null ? step.group(2) : step.group(1))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    private static int write(JsonNode node, List<String> steps, JsonNode options, String value) {
        String step = steps.get(0);
        List<String> rest = steps.subList(1, steps.size());
        int written = 0;
        if (node instanceof ArrayNode list) {
            String[] condition = step.split("=", 2);
            for (int index = 0; index < list.size(); index++) {
                JsonNode element = list.get(index);
                boolean meant = step.equals("*")
                        || step.equals(Integer.toString(index))
                        || (condition.length == 2
                                && element.path(condition[0]).asText().equals(condition[1]));
                if (meant && rest.isEmpty()) {
                    list.set(index, replaced(element, options, value));
                    written++;
                } else if (meant) {
                    written += write(element, rest, options, value);
                }
            }
        } else if (node instanceof ObjectNode object && object.has(step)) {
            if (!rest.isEmpty()) {
                return write(object.path(step), rest, options, value);
            }
            object.set(step, replaced(object.path(step), options, value));
            written++;
        }
        return written;
    }

    private static TextNode replaced(JsonNode present, JsonNode options, String value) {
        if (!options.has("delimiter")) {
            return TextNode.valueOf(value);
        }
        String delimiter = options.path("delimiter").asText();
        String[] parts = present.asText().split(Pattern.quote(delimiter), -1);
        parts[options.path("index").asInt()] = value;
        return TextNode.valueOf(String.join(delimiter, parts));
    }
}
