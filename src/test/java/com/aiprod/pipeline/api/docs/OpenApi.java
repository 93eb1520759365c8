package com.aiprod.pipeline.api.docs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.ValidationMessage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.MediaType;

/**
 * Checks responses against the OpenAPI document. It is stricter than a client may be: unless an object says
 * otherwise, only the listed properties are allowed, so that every property is described.
 */
public final class OpenApi {

    /** The file of the document. */
    public static final File FILE = new File("src/main/resources/openapi.yaml");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNode DOCUMENT = read();
    private static final String URI = "https://openapi.test/openapi.json";
    private static final JsonMetaSchema DIALECT = JsonMetaSchema.builder(JsonMetaSchema.getV202012())
            // Keywords of the document outside its schemas.
            .unknownKeywordFactory((name, context) -> new NonValidationKeyword(name))
            .build();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.builder()
            .defaultMetaSchemaIri(DIALECT.getIri())
            .metaSchema(DIALECT)
            .schemaLoaders(loaders ->
                    loaders.schemas(Map.of(URI, strict(DOCUMENT.deepCopy()).toString())))
            .build();
    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
    private static final Map<String, JsonSchema> KNOWN = new ConcurrentHashMap<>();
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "patch");

    /** Headers that the server, HTTP, and browser security add to any response. */
    private static final Set<String> COMMON_HEADERS = Set.of(
            "cache-control",
            "connection",
            "content-length",
            "content-security-policy",
            "content-type",
            "date",
            "keep-alive",
            "pragma",
            "referrer-policy",
            "strict-transport-security",
            "transfer-encoding",
            "vary",
            "x-content-type-options",
            "x-frame-options",
            "x-request-id",
            "x-xss-protection");

    private OpenApi() {}

    /**
     * An operation of the document.
     *
     * @param method in upper case
     * @param path the template
     */
    public record Operation(String method, String path) {

        /** Returns its node in the document. */
        public JsonNode node() {
            return DOCUMENT.path("paths").path(path).path(method.toLowerCase(Locale.ROOT));
        }

        /** Returns its parameters, including those of its path, with references resolved. */
        public List<JsonNode> parameters() {
            List<JsonNode> parameters = new ArrayList<>();
            DOCUMENT.path("paths").path(path).path("parameters").forEach(it -> parameters.add(resolve(it)));
            node().path("parameters").forEach(it -> parameters.add(resolve(it)));
            return parameters;
        }

        @Override
        public String toString() {
            return method + " " + path;
        }
    }

    /** Returns the document. */
    public static JsonNode document() {
        return DOCUMENT;
    }

    /** Returns all operations, without webhooks. */
    public static List<Operation> operations() {
        List<Operation> operations = new ArrayList<>();
        DOCUMENT.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(name -> {
                    if (METHODS.contains(name)) {
                        operations.add(new Operation(name.toUpperCase(Locale.ROOT), path.getKey()));
                    }
                }));
        return operations;
    }

    /** Resolves a reference within the document. Returns any other node unchanged. */
    public static JsonNode resolve(JsonNode node) {
        String reference = node.path("$ref").asText("");
        return reference.isEmpty() ? node : DOCUMENT.at(reference.substring(1));
    }

    /**
     * Validates a value against a schema of the document and returns the errors.
     *
     * @param pointer the schema's JSON pointer in the document
     */
    public static List<String> faults(String pointer, JsonNode value) {
        JsonSchema schema =
                KNOWN.computeIfAbsent(pointer, key -> SCHEMAS.getSchema(SchemaLocation.of(URI + "#" + key), CONFIG));
        return schema.validate(value).stream()
                .map(ValidationMessage::getMessage)
                .toList();
    }

    /** Fails unless the document allows the response to its request: status, headers, media type, and body. */
    public static void check(HttpResponse<?> answer) {
        List<String> faults = faults(answer);
        if (!faults.isEmpty()) {
            throw new AssertionError("%s %s was answered %d, which openapi.yaml does not describe: %s%n%s%n%s"
                    .formatted(
                            answer.request().method(),
                            answer.uri(),
                            answer.statusCode(),
                            faults,
                            answer.headers().map(),
                            text(answer.body()).orElse("")));
        }
    }

    private static List<String> faults(HttpResponse<?> answer) {
        String method = answer.request().method();
        String path = answer.uri().getRawPath();
        int status = answer.statusCode();
        if (status == 500) {
            return List.of("an internal error");
        }
        Optional<Operation> operation = operation("HEAD".equals(method) ? "GET" : method, path);
        if (method.equals("OPTIONS") && status == 200) {
            // RFC 9110, 9.3.7: OPTIONS describes the path; it is not an operation of the API.
            return answer.headers().firstValue("Allow").isPresent() ? List.of() : List.of("no Allow");
        }
        if (operation.isEmpty()) {
            return problem(status)
                    .map(pointer -> faults(answer, pointer))
                    .orElse(List.of("no such operation, and not a known problem"));
        }
        JsonNode responses = operation.get().node().path("responses");
        String key = responses.has(String.valueOf(status)) ? String.valueOf(status) : status / 100 + "XX";
        if (!responses.has(key)) {
            return List.of("no such status");
        }
        JsonNode response = responses.path(key);
        String pointer = response.has("$ref")
                ? response.path("$ref").asText().substring(1)
                : "/paths/" + escaped(operation.get().path) + "/"
                        + operation.get().method.toLowerCase(Locale.ROOT) + "/responses/" + key;
        return faults(answer, pointer);
    }

    /** Returns the pointer to the shared description of problems with this status. */
    private static Optional<String> problem(int status) {
        Iterable<Map.Entry<String, JsonNode>> responses =
                DOCUMENT.at("/components/responses").properties();
        for (Map.Entry<String, JsonNode> response : responses) {
            JsonNode examples = response.getValue().at("/content/application~1problem+json/examples");
            if (examples.findValuesAsText("status").contains(String.valueOf(status))) {
                return Optional.of("/components/responses/" + response.getKey());
            }
        }
        return Optional.empty();
    }

    private static List<String> faults(HttpResponse<?> answer, String pointer) {
        List<String> faults = new ArrayList<>();
        JsonNode response = DOCUMENT.at(pointer);
        JsonNode headers = response.path("headers");
        headers.properties().forEach(header -> {
            JsonNode described = resolve(header.getValue());
            String schema = header.getValue().has("$ref")
                    ? header.getValue().path("$ref").asText().substring(1)
                    : pointer + "/headers/" + escaped(header.getKey());
            Optional<String> value = answer.headers().firstValue(header.getKey());
            if (value.isEmpty() && described.path("required").asBoolean()) {
                faults.add("no " + header.getKey());
            }
            value.ifPresent(given -> faults(schema + "/schema", headerValue(given, described))
                    .forEach(fault -> faults.add(header.getKey() + ": " + fault)));
        });
        Set<String> described = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        headers.fieldNames().forEachRemaining(described::add);
        answer.headers().map().keySet().stream()
                .filter(name -> !described.contains(name) && !COMMON_HEADERS.contains(name.toLowerCase(Locale.ROOT)))
                .forEach(name -> faults.add("an undescribed header " + name));
        if (!"HEAD".equals(answer.request().method())) {
            bodyFaults(answer, response.path("content"), pointer, faults);
        }
        return faults;
    }

    private static void bodyFaults(HttpResponse<?> answer, JsonNode content, String pointer, List<String> faults) {
        Optional<String> body = text(answer.body());
        Optional<String> contentType = answer.headers().firstValue("Content-Type");
        if (content.isEmpty()) {
            if (body.isPresent() && !body.get().isEmpty()) {
                faults.add("an unexpected body");
            }
            return;
        }
        if (contentType.isEmpty()) {
            faults.add("no Content-Type");
            return;
        }
        MediaType type = MediaType.parseMediaType(contentType.get());
        String name = type.getType() + "/" + type.getSubtype();
        if (!content.has(name)) {
            faults.add("the media type " + contentType.get());
        } else if (name.endsWith("json") && body.isPresent()) {
            try {
                faults.addAll(faults(pointer + "/content/" + escaped(name) + "/schema", JSON.readTree(body.get())));
            } catch (JsonProcessingException e) {
                faults.add("a body that is not JSON: " + e.getOriginalMessage());
            }
        }
    }

    /** Returns the operation of a request. A literal segment takes precedence over a parameter. */
    public static Optional<Operation> operation(String method, String path) {
        List<Operation> fitting = operations().stream()
                .filter(operation -> operation.method.equals(method) && matches(operation.path, path))
                .toList();
        return fitting.stream()
                .filter(operation -> operation.path.equals(path))
                .findFirst()
                .or(() -> fitting.stream().findFirst());
    }

    private static boolean matches(String template, String path) {
        String[] pattern = template.split("/", -1);
        String[] segments = path.split("/", -1);
        if (pattern.length != segments.length) {
            return false;
        }
        for (int i = 0; i < pattern.length; i++) {
            if (pattern[i].startsWith("{") ? segments[i].isEmpty() : !pattern[i].equals(segments[i])) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode headerValue(String text, JsonNode described) {
        boolean number = "integer".equals(described.path("schema").path("type").asText());
        return number && text.matches("[0-9]{1,9}") ? IntNode.valueOf(Integer.parseInt(text)) : TextNode.valueOf(text);
    }

    private static Optional<String> text(Object body) {
        if (body instanceof String text) {
            return Optional.of(text);
        }
        return body instanceof byte[] bytes ? Optional.of(new String(bytes, StandardCharsets.UTF_8)) : Optional.empty();
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static JsonNode strict(JsonNode node) {
        if (node.path("properties").isObject() && node instanceof ObjectNode schema) {
            if (!schema.has("additionalProperties")) {
                schema.put("additionalProperties", false);
            }
        }
        node.forEach(OpenApi::strict);
        return node;
    }

    private static JsonNode read() {
        try {
            return new YAMLMapper().readTree(FILE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
