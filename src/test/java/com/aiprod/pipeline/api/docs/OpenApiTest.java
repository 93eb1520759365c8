package com.aiprod.pipeline.api.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.docs.OpenApi.Operation;
import com.aiprod.pipeline.api.http.FilteredRequest;
import com.aiprod.pipeline.api.http.RequestIdFilter;
import com.aiprod.pipeline.api.http.ResponseHeaders;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.job.JobState;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** openapi.yaml is valid and matches the routes and the code, and its examples are valid. */
class OpenApiTest {

    private static final JsonNode DOCUMENT = OpenApi.document();
    private static final JsonSchemaFactory SCHEMAS = JsonSchemaFactory.getInstance(VersionFlag.V202012);

    /** Operations without a route. */
    private static final Set<String> NO_ROUTES = Set.of("GET /openapi.json");

    /** Headers for HTTP and Camel, which no operation describes. */
    private static final Set<String> PLAIN_REQUEST_HEADERS =
            Set.of("Host", "Accept", "Content-Type", "Content-Length", "If-Modified-Since");

    static List<Operation> operations() {
        return OpenApi.operations();
    }

    @Test
    void isValidOpenApi() throws IOException {
        JsonNode official = new ObjectMapper().readTree(new File("src/test/resources/openapi-3.1.schema.json"));
        assertThat(SCHEMAS.getSchema(official).validate(DOCUMENT)).isEmpty();
    }

    @Test
    void hasValidSchemas() {
        var dialect = SCHEMAS.getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        List<String> faults = new ArrayList<>();
        walk(DOCUMENT, "", (pointer, node) -> {
            if (pointer.endsWith("/schema") || pointer.matches("/components/schemas/[^/]+")) {
                dialect.validate(node).forEach(fault -> faults.add(pointer + " " + fault));
            }
        });
        assertThat(faults).isEmpty();
    }

    @Test
    void hasNoBrokenReferencesAndNoUnusedComponents() {
        Set<String> used = new TreeSet<>();
        walk(DOCUMENT, "", (pointer, node) -> {
            if (node.has("$ref")) {
                used.add(node.path("$ref").asText());
            }
        });
        Set<String> there = new TreeSet<>();
        DOCUMENT.path("components")
                .properties()
                .forEach(kind -> kind.getValue()
                        .fieldNames()
                        .forEachRemaining(name -> there.add("#/components/" + kind.getKey() + "/" + name)));
        there.removeIf(name -> name.startsWith("#/components/securitySchemes/"));
        // For a path without the method, which no operation can describe.
        there.remove("#/components/responses/MethodNotAllowed");
        assertThat(used).isEqualTo(there);
    }

    @Test
    void describesExactlyTheRoutes() throws IOException {
        Set<String> routes = new TreeSet<>(NO_ROUTES);
        for (JsonNode item : new YAMLMapper().readTree(new File("src/main/resources/routes/api/rest-api.camel.yaml"))) {
            JsonNode rest = item.path("rest");
            for (String verb : List.of("get", "post", "put", "patch", "delete")) {
                for (JsonNode route : rest.path(verb)) {
                    routes.add(verb.toUpperCase(Locale.ROOT) + " "
                            + rest.path("path").asText() + route.path("path").asText());
                }
            }
        }
        assertThat(operations().stream().map(Operation::toString)).containsExactlyInAnyOrderElementsOf(routes);
    }

    @ParameterizedTest
    @MethodSource("operations")
    void describesEachOperationCompletely(Operation operation) {
        JsonNode node = operation.node();
        assertThat(node.path("operationId").asText()).matches("[a-z][a-zA-Z]+");
        assertThat(node.path("summary").asText()).isNotBlank();
        assertThat(DOCUMENT.path("tags").findValuesAsText("name"))
                .contains(node.path("tags").path(0).asText());
        Set<String> inPath = new TreeSet<>();
        Arrays.stream(operation.path().split("/"))
                .filter(segment -> segment.startsWith("{"))
                .forEach(segment -> inPath.add(segment.substring(1, segment.length() - 1)));
        assertThat(named(operation, "path")).isEqualTo(inPath);
        assertThat(operation.parameters())
                .allSatisfy(it -> assertThat(it.path("description").asText()).isNotBlank());

        Set<String> statuses = new TreeSet<>();
        node.path("responses").fieldNames().forEachRemaining(statuses::add);
        assertThat(statuses).contains("400", "401", "500", "503");
        if (operation.path().startsWith("/admin")) {
            assertThat(statuses).contains("403");
        }
        if (operation.path().contains("{")) {
            assertThat(statuses).contains("403", "404");
        }
        if (!operation.method().equals("GET")) {
            assertThat(statuses).contains("408", "413", "415");
        }
        for (JsonNode response : node.path("responses")) {
            assertThat(OpenApi.resolve(response).path("headers").has("X-Request-Id"))
                    .isTrue();
        }
    }

    /** The docs page would prefill such a value and send it with each call: the same idempotency key twice, for example. */
    @ParameterizedTest
    @MethodSource("operations")
    void prefillsNoOptionalHeader(Operation operation) {
        assertThat(operation.parameters())
                .filteredOn(it -> "header".equals(it.path("in").asText()))
                .noneMatch(it -> it.has("example") || it.path("schema").has("default"));
    }

    @Test
    void hasUniqueOperationIds() {
        List<String> ids = operations().stream()
                .map(operation -> operation.node().path("operationId").asText())
                .toList();
        assertThat(ids).doesNotHaveDuplicates();
    }

    @Test
    void hasTheParametersAndHeadersThatTheFilterAllows() {
        Set<String> headers = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        headers.addAll(FilteredRequest.HEADERS);
        headers.removeAll(PLAIN_REQUEST_HEADERS);
        headers.add(RequestIdFilter.HEADER);
        assertThat(allNamed("header")).isEqualTo(headers);
        assertThat(allNamed("query")).containsExactlyInAnyOrderElementsOf(FilteredRequest.PARAMETERS);

        Set<String> answered = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        walk(DOCUMENT, "", (pointer, node) -> {
            if (pointer.endsWith("/headers") && pointer.contains("/responses/")) {
                node.fieldNames().forEachRemaining(answered::add);
            }
        });
        assertThat(answered).containsAll(ResponseHeaders.ALLOWED);
    }

    @Test
    void listsThePresetsAndStates() {
        assertThat(DOCUMENT.at("/components/schemas/PresetName/examples").toString())
                .isEqualTo(array(BuiltInPresets.catalog().names().stream()));
        assertThat(DOCUMENT.at("/components/schemas/JobStatus/enum").toString())
                .isEqualTo(array(Arrays.stream(JobState.values()).map(JobState::name)));
        assertThat(DOCUMENT.at("/components/schemas/JobRequest/properties/duration_sec/maximum")
                        .asInt())
                .isEqualTo(BuiltInPresets.MAX_DURATION_SEC);
    }

    @ParameterizedTest
    @EnumSource
    void describesEachProblem(ProblemType type) {
        assertThat(DOCUMENT.at("/info/description").asText())
                .contains("| `%s` | %d |".formatted(type.uri(), type.status()));
        List<JsonNode> told = new ArrayList<>();
        for (JsonNode response : DOCUMENT.at("/components/responses")) {
            for (JsonNode example : response.at("/content/application~1problem+json/examples")) {
                told.add(example.path("value"));
            }
        }
        assertThat(told)
                .filteredOn(it -> type.uri().equals(it.path("type").asText()))
                .isNotEmpty()
                .allSatisfy(problem -> {
                    assertThat(problem.path("title").asText()).isEqualTo(type.title());
                    assertThat(problem.path("status").asInt()).isEqualTo(type.status());
                });
    }

    @Test
    void hasValidExamples() {
        List<String> faults = new ArrayList<>();
        Set<String> checked = new TreeSet<>();
        walk(DOCUMENT, "", (pointer, node) -> {
            if (!node.has("schema")) {
                return;
            }
            String schema = pointer + "/schema";
            for (JsonNode example : node.path("examples")) {
                checked.add(pointer);
                OpenApi.faults(schema, OpenApi.resolve(example).path("value"))
                        .forEach(fault -> faults.add(pointer + " " + fault));
            }
            if (node.has("example")) {
                checked.add(pointer);
                OpenApi.faults(schema, node.path("example")).forEach(fault -> faults.add(pointer + " " + fault));
            }
        });
        walk(DOCUMENT.at("/components/schemas"), "/components/schemas", (pointer, node) -> {
            if (node.path("examples").isArray()) {
                checked.add(pointer);
                node.path("examples")
                        .forEach(example ->
                                OpenApi.faults(pointer, example).forEach(fault -> faults.add(pointer + " " + fault)));
            }
        });
        assertThat(faults).isEmpty();
        assertThat(checked).hasSizeGreaterThan(40);
    }

    private static Set<String> named(Operation operation, String in) {
        return operation.parameters().stream()
                .filter(it -> in.equals(it.path("in").asText()))
                .map(it -> it.path("name").asText())
                .collect(Collectors.toCollection(() -> new TreeSet<>(String.CASE_INSENSITIVE_ORDER)));
    }

    private static Set<String> allNamed(String in) {
        Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        operations().forEach(operation -> names.addAll(named(operation, in)));
        return names;
    }

    private static String array(Stream<String> names) {
        return names.collect(Collectors.joining("\",\"", "[\"", "\"]"));
    }

    private static void walk(JsonNode node, String pointer, BiConsumer<String, JsonNode> visitor) {
        visitor.accept(pointer, node);
        node.properties().forEach(field -> {
            String name = field.getKey().replace("~", "~0").replace("/", "~1");
            // The content of an example is data.
            if (!name.equals("value") && !name.equals("example")) {
                walk(field.getValue(), pointer + "/" + name, visitor);
            }
        });
        if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                walk(node.get(i), pointer + "/" + i, visitor);
            }
        }
    }
}
