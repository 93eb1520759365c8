package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.PathType;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Checks the metadata of a request by the JSON Schema of its preset. */
final class MetadataCheck {

    /** More than a deployment offers; then all are compiled anew. */
    private static final int MOST_SCHEMAS = 200;

    private static final SchemaValidatorsConfig CONFIG = SchemaValidatorsConfig.builder()
            .locale(Locale.ENGLISH)
            .pathType(PathType.JSON_PATH)
            .errorMessageKeyword("errorMessage")
            .build();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            VersionFlag.V202012,
            factory -> factory.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())));
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<Map<String, Object>, JsonSchema> COMPILED = new ConcurrentHashMap<>();

    private MetadataCheck() {}

    /**
     * What is wrong, each with its place, such as {@code metadata.brand.colors[1]}.
     *
     * @param schema empty if anything is right
     * @param metadata JSON text; null for an empty object
     */
    static List<FieldFault> faults(Map<String, Object> schema, String metadata) {
        if (schema.isEmpty()) {
            return List.of();
        }
        if (COMPILED.size() > MOST_SCHEMAS) {
            COMPILED.clear();
        }
        return COMPILED
                .computeIfAbsent(schema, MetadataCheck::compile)
                .validate(metadata == null ? "{}" : metadata, InputFormat.JSON)
                .stream()
                .map(MetadataCheck::fault)
                .distinct()
                .toList();
    }

    private static JsonSchema compile(Map<String, Object> schema) {
        return FACTORY.getSchema(JSON.valueToTree(schema), CONFIG);
    }

    private static FieldFault fault(ValidationMessage message) {
        String place = "metadata" + message.getInstanceLocation().toString().substring(1);
        String key = message.getProperty();
        if (key != null && message.getType().equals("additionalProperties")) {
            return new FieldFault(place + "." + key, "is not a known key");
        }
        String text = message.getMessage();
        String prefix = message.getInstanceLocation() + ": ";
        return new FieldFault(place, text.startsWith(prefix) ? text.substring(prefix.length()) : text);
    }
}
