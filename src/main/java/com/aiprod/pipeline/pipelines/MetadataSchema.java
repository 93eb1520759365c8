package com.aiprod.pipeline.pipelines;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.JsonSchemaException;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaId;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.resource.DisallowSchemaLoader;
import java.util.List;
import java.util.Map;

/** Checks the schema of {@code metadata} before a revision goes live, because the API applies it to each submission. */
final class MetadataSchema {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder().errorMessageKeyword("errorMessage").build();

    private MetadataSchema() {}

    /** What is wrong with a schema, each as the end of a sentence; empty if nothing is. */
    static List<String> faults(Map<String, Object> schema) {
        JsonNode node = JSON.valueToTree(schema);
        List<String> faults =
                JsonSchemaFactory.getInstance(VersionFlag.V202012)
                        .getSchema(SchemaLocation.of(SchemaId.V202012))
                        .validate(node)
                        .stream()
                        .map(fault -> "is not a JSON Schema: " + fault.getMessage() + ".")
                        .toList();
        return faults.isEmpty() ? compiled(node) : faults;
    }

    private static List<String> compiled(JsonNode schema) {
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
            return List.of("cannot be used: " + YamlNodes.firstLine(e.getMessage()) + ".");
        }
    }
}
