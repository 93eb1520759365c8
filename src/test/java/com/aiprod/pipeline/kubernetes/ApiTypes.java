package com.aiprod.pipeline.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import io.kubernetes.client.custom.QuantityFormatException;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks objects against the types of the Kubernetes API, like a server with strict validation: built-in
 * kinds against the classes of the Kubernetes client, custom resources against schemas of their specs.
 */
final class ApiTypes {

    private static final String MODELS = "io.kubernetes.client.openapi.models.";
    private static final Set<String> ENVELOPE = Set.of("apiVersion", "kind", "metadata", "spec");
    private static final YAMLMapper YAML = new YAMLMapper();

    private final Map<String, JsonNode> specs;

    private ApiTypes(Map<String, JsonNode> specs) {
        this.specs = specs;
    }

    /** Uses the custom resource schemas in {@code kubernetes/custom-resources.yaml}. */
    static ApiTypes bundled() {
        try (InputStream file = ApiTypes.class.getResourceAsStream("/kubernetes/custom-resources.yaml")) {
            Map<String, JsonNode> specs = new HashMap<>();
            YAML.readTree(file).properties().forEach(entry -> specs.put(entry.getKey(), entry.getValue()));
            return new ApiTypes(specs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Uses the CustomResourceDefinitions in a folder of YAML files. */
    static ApiTypes of(Path definitions) throws IOException {
        Map<String, JsonNode> specs = new HashMap<>();
        try (Stream<Path> files = Files.list(definitions)) {
            for (Path file : files.toList()) {
                for (JsonNode definition : Kustomization.documents(file)) {
                    for (JsonNode version : definition.at("/spec/versions")) {
                        String type = String.join(
                                "/",
                                definition.at("/spec/group").asText(),
                                version.path("name").asText(),
                                definition.at("/spec/names/kind").asText());
                        specs.put(type, version.at("/schema/openAPIV3Schema/properties/spec"));
                    }
                }
            }
        }
        return new ApiTypes(specs);
    }

    boolean knows(JsonNode object) {
        return specs.containsKey(type(object));
    }

    /** Returns the errors in the object: unknown and missing fields and wrong types. Empty if it is valid. */
    List<String> faults(JsonNode object) {
        if (knows(object)) {
            return customFaults(specs.get(type(object)), object);
        }
        String group = object.path("apiVersion").asText();
        String version = group.substring(group.indexOf('/') + 1);
        try {
            return coreFaults(
                    Class.forName(MODELS
                            + version.replaceFirst("v", "V")
                            + object.path("kind").asText()),
                    object);
        } catch (ClassNotFoundException e) {
            return List.of("No such kind is known: " + type(object));
        }
    }

    private static String type(JsonNode object) {
        return object.path("apiVersion").asText() + "/" + object.path("kind").asText();
    }

    private static List<String> coreFaults(Class<?> type, JsonNode object) {
        JsonElement json = JsonParser.parseString(object.toString());
        try {
            type.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
            // Values as well: quantities, numbers, int-or-string.
            Object read = JSON.getGson().fromJson(json, type);
            return read == null ? List.of("nothing") : List.of();
        } catch (InvocationTargetException e) {
            return List.of(String.valueOf(e.getCause().getMessage()));
        } catch (QuantityFormatException | JsonParseException e) {
            return List.of(String.valueOf(e.getMessage()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> customFaults(JsonNode spec, JsonNode object) {
        List<String> faults = new ArrayList<>(coreFaults(V1ObjectMeta.class, object.path("metadata")));
        object.fieldNames().forEachRemaining(field -> {
            if (!ENVELOPE.contains(field)) {
                faults.add("unknown field " + field);
            }
        });
        JsonNode present = object.has("spec") ? object.path("spec") : YAML.createObjectNode();
        JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(strict(spec)).validate(present).stream()
                .map(ValidationMessage::getMessage)
                .forEach(faults::add);
        return faults;
    }

    /** A server prunes fields that a schema does not name; this check rejects them. */
    private static JsonNode strict(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            ObjectNode strict = YAML.createObjectNode();
            object.properties().forEach(field -> {
                // These only add conditions to the enclosing schema.
                boolean condition = Set.of("oneOf", "anyOf", "allOf", "not").contains(field.getKey());
                strict.set(field.getKey(), condition ? field.getValue() : strict(field.getValue()));
            });
            if (object.path("properties").isObject()
                    && !object.has("additionalProperties")
                    && !object.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
                strict.put("additionalProperties", false);
                strict.put("type", "object");
            }
            return strict;
        } else if (schema.isArray()) {
            var list = YAML.createArrayNode();
            schema.forEach(element -> list.add(strict(element)));
            return list;
        }
        return schema;
    }
}
