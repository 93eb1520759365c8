package com.aiprod.pipeline.pipelines;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** Reads the mappings of a file whose keys are known, and reports what is wrong with their lines. */
public final class YamlFields {

    private final String file;
    private final List<Fault> faults;

    /**
     * Reads nodes of one file.
     *
     * @param file where faults are reported
     * @param faults receives them
     */
    public YamlFields(String file, List<Fault> faults) {
        this.file = file;
        this.faults = faults;
    }

    /**
     * Reads a mapping.
     *
     * @param what the mapping is, for faults, such as {@code a test}
     * @param known what to do with the value of each key
     */
    public void read(Node node, String what, Map<String, Consumer<Node>> known) {
        if (!(node instanceof MappingNode mapping)) {
            fault(node, "This is not a mapping: " + what + " has the keys " + String.join(", ", known.keySet()) + ".");
            return;
        }
        Set<String> seen = new LinkedHashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            String key = scalar(entry.getKeyNode());
            if (!known.containsKey(key)) {
                fault(
                        entry.getKeyNode(),
                        "There is no key '" + key + "' in " + what + "."
                                + NearName.suggest(key, known.keySet())
                                        .orElse(" Its keys are " + String.join(", ", known.keySet()) + "."));
            } else if (!seen.add(key)) {
                fault(entry.getKeyNode(), "The key '" + key + "' is here twice.");
            } else {
                known.get(key).accept(entry.getValueNode());
            }
        }
    }

    /** The values of a mapping with any keys, by key and in order. */
    public Map<String, Node> entries(Node node, String what) {
        Map<String, Node> entries = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            fault(node, "This is not a mapping: " + what + ".");
            return entries;
        }
        for (NodeTuple entry : mapping.getValue()) {
            if (entries.put(scalar(entry.getKeyNode()), entry.getValueNode()) != null) {
                fault(entry.getKeyNode(), "The key '" + scalar(entry.getKeyNode()) + "' is here twice.");
            }
        }
        return entries;
    }

    /** A value of any type, as Java's Map, List, String, Number, Boolean, or null. */
    public Object value(Node node) {
        try {
            return new StandardConstructor(LoadSettings.builder().setLabel(file).build())
                    .constructSingleDocument(Optional.of(node));
        } catch (YamlEngineException e) {
            fault(node, "This value cannot be read: " + YamlNodes.firstLine(e.getMessage()) + ".");
            return null;
        }
    }

    /** A value of a type; null, and a fault, if it is of another one. */
    public <T> T value(Node node, String key, Class<T> type, String what) {
        Object value = value(node);
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        fault(node, "'" + key + "' is not " + what + ".");
        return null;
    }

    /** A text; a number or a boolean counts as the text that the file has. */
    public String text(Node node, String key) {
        String value = YamlNodes.text(node);
        if (value == null || value.isBlank()) {
            fault(node, "'" + key + "' is not a text.");
            return null;
        }
        return value;
    }

    /** A Map with names as keys. */
    public Map<String, Object> map(Node node, String key) {
        Map<String, Object> map = new LinkedHashMap<>();
        Map<?, ?> given = value(node, key, Map.class, "a mapping");
        if (given != null) {
            given.forEach((name, value) -> map.put(String.valueOf(name), value));
        }
        return map;
    }

    /** A list of texts. */
    public List<String> texts(Node node, String key) {
        List<String> texts = new ArrayList<>();
        List<?> given = value(node, key, List.class, "a list");
        if (given != null) {
            given.forEach(item -> texts.add(String.valueOf(item)));
        }
        return texts;
    }

    /** Reports a fault at the line of a node. */
    public void fault(Node node, String message) {
        fault(YamlNodes.line(node), message);
    }

    /** Reports a fault at a line, counted from 1; 0 for the whole file. */
    public void fault(int line, String message) {
        faults.add(new Fault(file, line, null, message));
    }

    private static String scalar(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }
}
