package com.aiprod.pipeline.pipelines.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.StreamSupport;

/** What may stand where in a route file: the JSON schema of Camel's YAML DSL, in a form that is quick to ask. */
final class RouteSchema {

    private static final String FILE = "/schema/camelYamlDsl.json";
    private static final String REFERENCE = "#/items/definitions/";
    private static final String EXPRESSION = "org.apache.camel.model.language.ExpressionDefinition";
    private static final String STEP = "org.apache.camel.model.ProcessorDefinition";

    private final JsonNode definitions;
    private final Map<String, Shape> known = new ConcurrentHashMap<>();
    private final Shape root;
    private final Shape step;
    private final Set<String> languages;

    private RouteSchema() {
        try (InputStream in = RouteSchema.class.getResourceAsStream(FILE)) {
            JsonNode items = new ObjectMapper().readTree(in).get("items");
            this.definitions = items.get("definitions");
            this.root = shape(items);
            this.step = shape(definitions.get(STEP));
            this.languages = new TreeSet<>(shape(definitions.get(EXPRESSION)).keys());
            languages.remove("ref");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static RouteSchema get() {
        return Holder.SCHEMA;
    }

    /** An item of a route file. */
    Shape root() {
        return root;
    }

    /** An item of {@code steps}. */
    Shape step() {
        return step;
    }

    /** The names of the languages for expressions. */
    Set<String> languages() {
        return languages;
    }

    private Shape shape(JsonNode schema) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asText().substring(REFERENCE.length());
            Shape shape = known.get(name);
            if (shape == null) {
                shape = new Shape(this);
                known.put(name, shape);
                shape.name = name;
                shape.add(definitions.get(name), null);
            }
            return shape;
        }
        Shape shape = new Shape(this);
        shape.add(schema, null);
        return shape;
    }

    private static final class Holder {
        private static final RouteSchema SCHEMA = new RouteSchema();
    }

    /** What a value may be. Alternatives are laid together; {@link #choices} names those that exclude each other. */
    static final class Shape {

        private final RouteSchema schema;
        private final Map<String, JsonNode> properties = new LinkedHashMap<>();
        private final Set<String> required = new TreeSet<>();
        private final List<Set<String>> choices = new ArrayList<>();
        private final List<String> values = new ArrayList<>();
        private String name = "";
        private JsonNode items;
        private boolean text;
        private boolean number;
        private boolean bool;
        private boolean mapping;

        private Shape(RouteSchema schema) {
            this.schema = schema;
        }

        private void add(JsonNode given, Set<String> choice) {
            if (given.has("$ref")) {
                add(schema.definitions.get(given.get("$ref").asText().substring(REFERENCE.length())), choice);
                return;
            }
            switch (given.path("type").asText()) {
                case "string" -> text = true;
                case "number", "integer" -> number = true;
                case "boolean" -> bool = true;
                case "array" -> items = given.path("items");
                case "object" -> mapping = true;
                default -> {
                    // An alternative without a type adds only properties.
                }
            }
            given.path("enum").forEach(value -> values.add(value.asText()));
            given.path("properties").properties().forEach(property -> {
                mapping = true;
                if (!properties.containsKey(property.getKey())
                        || !property.getValue().isEmpty()) {
                    properties.put(property.getKey(), property.getValue());
                }
            });
            Set<String> names = choice;
            if (given.has("required")) {
                Set<String> demanded = choice == null ? required : choice;
                given.get("required").forEach(key -> demanded.add(key.asText()));
            }
            for (String keyword : List.of("anyOf", "oneOf")) {
                if (given.has(keyword)) {
                    Set<String> alternatives = names == null && keyword.equals("oneOf") ? new TreeSet<>() : names;
                    StreamSupport.stream(given.get(keyword).spliterator(), false)
                            .filter(alternative -> !alternative.has("not"))
                            .forEach(alternative -> add(alternative, alternatives));
                    if (names == null && alternatives != null && !alternatives.isEmpty()) {
                        choices.add(alternatives);
                    }
                }
            }
        }

        /** The simple name of its definition; empty without one. */
        String name() {
            return name.substring(name.lastIndexOf('.') + 1);
        }

        boolean isMapping() {
            return mapping;
        }

        /** Whether any key may stand in it. */
        boolean isOpen() {
            return mapping && properties.isEmpty();
        }

        boolean isList() {
            return items != null;
        }

        boolean isScalar() {
            return text || number || bool;
        }

        boolean isNumber() {
            return number && !text;
        }

        boolean isBoolean() {
            return bool && !text;
        }

        /** The only values; empty for any. */
        List<String> values() {
            return values;
        }

        Set<String> keys() {
            return properties.keySet();
        }

        boolean has(String key) {
            return properties.containsKey(key);
        }

        Set<String> required() {
            return required;
        }

        /** Sets of keys of which at most one may be there. */
        List<Set<String>> choices() {
            return choices;
        }

        /** Whether this holds an expression, in a language of the file's choice. */
        boolean hasExpression() {
            return choices.stream().anyMatch(names -> names.contains("simple"));
        }

        Shape of(String key) {
            return schema.shape(properties.get(key));
        }

        Shape item() {
            return schema.shape(items);
        }

        boolean isStep() {
            return name.equals(STEP);
        }
    }
}
