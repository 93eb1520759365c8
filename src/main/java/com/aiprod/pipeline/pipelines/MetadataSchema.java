package com.aiprod.pipeline.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.resource.DisallowSchemaLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Checks the schema of {@code metadata} before a revision goes live, because the API applies it to each submission. */
final class MetadataSchema {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder().errorMessageKeyword("errorMessage").build();

    private static final Set<String> OF_ONE = Set.of(
            "items",
            "contains",
            "additionalProperties",
            "propertyNames",
            "not",
            "if",
            "then",
            "else",
            "unevaluatedItems",
            "unevaluatedProperties");
    private static final Set<String> OF_LIST = Set.of("allOf", "anyOf", "oneOf", "prefixItems");
    private static final Set<String> OF_MAP =
            Set.of("properties", "patternProperties", "dependentSchemas", "$defs", "definitions");
    private static final Set<String> KEYWORDS = Stream.of(
                    OF_ONE,
                    OF_LIST,
                    OF_MAP,
                    Set.of("errorMessage"),
                    JsonMetaSchema.getV202012().getKeywords().keySet())
            .flatMap(Set::stream)
            .collect(Collectors.toUnmodifiableSet());

    /** Shorter keywords are near words that a schema may have for people, such as {@code note}. */
    private static final int SHORTEST = 4;

    private static final String OF_OPENAPI = "example";

    private MetadataSchema() {}

    /**
     * What is wrong with a schema.
     *
     * @param path the keys and indexes that lead to the place in the schema
     * @param text the end of a sentence
     */
    record Flaw(List<String> path, String text) {}

    /** What is wrong with a schema; empty if nothing is. */
    static List<Flaw> flaws(Map<String, Object> schema) {
        JsonNode node = JSON.valueToTree(schema);
        List<Flaw> flaws =
                JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(SchemaLocation.of(SchemaId.V202012))
                        .validate(node)
                        .stream()
                        .map(fault -> new Flaw(
                                path(fault.getInstanceLocation()), "is not a JSON Schema: " + fault.getMessage() + "."))
                        .collect(Collectors.toCollection(ArrayList::new));
        misspelt(node, List.of(), flaws);
        return flaws.isEmpty() ? compiled(node) : flaws;
    }

    private static List<String> path(JsonNodePath location) {
        return IntStream.range(0, location.getNameCount())
                .mapToObj(location::getElement)
                .map(String::valueOf)
                .toList();
    }

    /** Adds keywords that are unknown, which a schema may have, and near a known one. */
    private static void misspelt(JsonNode schema, List<String> path, List<Flaw> flaws) {
        schema.properties().forEach(entry -> {
            String keyword = entry.getKey();
            List<String> inside = with(path, keyword);
            if (OF_ONE.contains(keyword)) {
                misspelt(entry.getValue(), inside, flaws);
            } else if (OF_MAP.contains(keyword)) {
                entry.getValue()
                        .properties()
                        .forEach(each -> misspelt(each.getValue(), with(inside, each.getKey()), flaws));
            } else if (OF_LIST.contains(keyword)) {
                for (int i = 0; i < entry.getValue().size(); i++) {
                    misspelt(entry.getValue().get(i), with(inside, String.valueOf(i)), flaws);
                }
            } else if (!KEYWORDS.contains(keyword)) {
                NearName.nearest(keyword, KEYWORDS)
                        .filter(near -> near.length() >= SHORTEST && !keyword.equals(OF_OPENAPI))
                        .ifPresent(near -> flaws.add(new Flaw(
                                inside,
                                "has '" + keyword + "', which JSON Schema does not know. Did you mean '" + near
                                        + "'?")));
            }
        });
    }

    private static List<String> with(List<String> path, String more) {
        return Stream.concat(path.stream(), Stream.of(more)).toList();
    }

    private static List<Flaw> compiled(JsonNode schema) {
        try {
            JsonSchemaFactory.getInstance(
                            VersionFlag.V202012,
                            // The API must not depend on other hosts.
                            factory ->
                                    factory.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())))
                    .getSchema(schema, CONFIG)
                    .initializeValidators();
            return List.of();
        } catch (JsonSchemaException e) {
            return List.of(new Flaw(List.of(), "cannot be used: " + YamlNodes.firstLine(e.getMessage()) + "."));
        }
    }
}
