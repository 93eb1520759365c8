package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.problem.FieldFault;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
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

/** Checks the metadata of a request by the JSON Schema of its preset. */
final class MetadataCheck {

    private static final SchemaValidatorsConfig CONFIG = SchemaValidatorsConfig.builder()
            .locale(Locale.ENGLISH)
            .pathType(PathType.JSON_PATH)
            .errorMessageKeyword("errorMessage")
            .build();
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            VersionFlag.V202012,
            factory -> factory.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())));
    private static final ObjectMapper JSON = new ObjectMapper();

    /** By identity: the hash of a schema's content would cost more than the check. An offered preset keeps its schema. */
    private static final LoadingCache<Map<String, Object>, MetadataCheck> CHECKS =
            Caffeine.newBuilder().weakKeys().executor(Runnable::run).build(MetadataCheck::new);

    private final JsonSchema schema;
    private final List<FieldFault> faultsOfNone;

    private MetadataCheck(Map<String, Object> schema) {
        this.schema = FACTORY.getSchema(JSON.valueToTree(schema), CONFIG);
        this.faultsOfNone = faults("{}");
    }

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
        MetadataCheck check = CHECKS.get(schema);
        return metadata == null ? check.faultsOfNone : check.faults(metadata);
    }

    private List<FieldFault> faults(String metadata) {
        return schema.validate(metadata, InputFormat.JSON).stream()
                .map(MetadataCheck::fault)
                .distinct()
                .toList();
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
