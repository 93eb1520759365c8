package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schemas that editors use, as {@code .vscode/settings.json} assigns them. */
class EditorSchemasTest {

    private static final Path VSCODE = Path.of(".vscode");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Map<String, JsonSchema> SCHEMAS = new ConcurrentHashMap<>();
    private static final String ROUTES = "./.vscode/schema/camelYamlDsl.json";
    private static final String SETTINGS = "./src/main/resources/schema/pipeline.v1.json";

    private static JsonNode assigned() throws IOException {
        return JSON.readTree(VSCODE.resolve("settings.json").toFile()).path("yaml.schemas");
    }

    /** Each YAML file that an integration engineer may open, with the schema that its name selects. */
    static Stream<String[]> files() throws IOException {
        List<String[]> files = new ArrayList<>();
        for (String folder :
                List.of("src/main/resources/routes", "k8s", "bench", "src/test/resources/routes-of-tests")) {
            try (Stream<Path> found = Files.walk(Path.of(folder))) {
                for (Path file : found.filter(Files::isRegularFile).toList()) {
                    assigned().properties().forEach(entry -> {
                        PathMatcher glob = FileSystems.getDefault()
                                .getPathMatcher("glob:" + entry.getValue().asText());
                        if (glob.matches(file.getFileName())) {
                            files.add(new String[] {file.toString(), entry.getKey()});
                        }
                    });
                }
            }
        }
        return files.stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void filesAreValid(String file, String schema) throws IOException {
        assertThat(schema(schema).validate(YAML.readTree(Path.of(file).toFile())))
                .isEmpty();
    }

    @Test
    void everyKindOfFileIsCovered() throws IOException {
        assertThat(files().map(file -> file[1])).contains(ROUTES, SETTINGS);
        assigned()
                .fieldNames()
                .forEachRemaining(path -> assertThat(Path.of(path)).exists());
    }

    @Test
    void routesAreCheckedWithTheSchemaOfThisCamelVersion() throws IOException {
        try (InputStream bundled = getClass().getResourceAsStream("/schema/camelYamlDsl.json")) {
            assertThat(Files.readAllBytes(VSCODE.resolve("schema/camelYamlDsl.json")))
                    .as("The build exports it: run ./mvnw generate-resources, and commit it")
                    .isEqualTo(bundled.readAllBytes());
        }
        try (DefaultCamelContext camel = new DefaultCamelContext()) {
            assertThat(JSON.readTree(VSCODE.resolve("settings.json").toFile())
                            .path("camel.Camel catalog version")
                            .asText())
                    .isEqualTo(camel.getVersion());
        }
    }

    @Test
    void theSchemaOfPipelineSettingsHasTheKeysThatAreRead() throws IOException {
        JsonNode root = JSON.readTree(Path.of(SETTINGS).toFile()).path("properties");
        assertThat(keysRead("zzzzzz: 1")).isEqualTo(keys(root));
        assertThat(keysRead("retry: {zzzzzz: 1}")).isEqualTo(keys(root.at("/retry/properties")));
        assertThat(keysRead("presets: {own: {zzzzzz: 1}}"))
                .isEqualTo(keys(root.at("/presets/additionalProperties/properties")));
    }

    private static Set<String> keys(JsonNode properties) {
        Set<String> keys = new TreeSet<>();
        properties.fieldNames().forEachRemaining(keys::add);
        return keys;
    }

    /** The keys that the fault of an unknown one lists. */
    private static Set<String> keysRead(String yaml) {
        String message = faults(yaml).get(0).message();
        String list = message.substring(message.indexOf("Its keys are ") + "Its keys are ".length());
        return new TreeSet<>(List.of(list.substring(0, list.length() - 1).split(", ")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            timeout: %s | 999ms, 1000ms, 1800000ms, 1800001ms, 0s, 1s, 90s, 999s, 1799s, 1800s, 1801s, 1m, 30m, 31m, 90, fast
            slots: %s | 0, 1, 1000, 1001, 1.5, many
            'retry: {redeliveries: %s}' | -1, 0, 10, 11, few
            'retry: {delay: %s}' | 0ms, 1ms, 999ms, 59999ms, 60000ms, 60001ms, 1s, 60s, 61s, 1m, 2m, 1, soon
            'requires: %s' | [], [genai.token], [a-b.c-d9], [Genai], [genai..token], [9a], ['{a: 1}'], text
            'presets: {%s: {description: x, default_duration_sec: 1, max_duration_sec: 1}}' | a, a_9, A, a-b, _a, 9a
            'presets: {own: {description: x, default_duration_sec: %s, max_duration_sec: 3600}}' | 0, 1, 3600, 3601, 1.5, x
            'presets: {own: {description: x, default_duration_sec: 1, max_duration_sec: %s}}' | 0, 1, 3600, 3601, x
            'presets: {own: {%s}}' | description: x, max_duration_sec: 1
            'presets: {own: {description: x, default_duration_sec: 1, max_duration_sec: 1, settings: %s}}' | {}, {a: 1}, 1, x
            'presets: %s' | {}, {a: 1}, 1, x
            'retry: %s' | {}, 1, x
            'description: %s' | text, "''", "' '"
            'unknown: %s' | 1
            """)
    void theSchemaAcceptsWhatIsRead(String template, String values) throws IOException {
        JsonSchema schema = schema(SETTINGS);
        for (String value : values.split(", ")) {
            String yaml = template.formatted(value.replace("\"", ""));
            assertThat(schema.validate(YAML.readTree(yaml)).isEmpty())
                    .as(yaml)
                    .isEqualTo(faults(yaml).isEmpty());
        }
    }

    @Test
    void theSchemaOfTestsAcceptsATest() throws IOException {
        JsonSchema schema = schema("./src/main/resources/schema/pipeline-test.v1.json");
        String test = """
                - test: A forbidden word is refused
                  job: {content: This is forbidden., preset: quick_social}
                  stubs:
                    call-backend: {status: 404, body: {reason: gone}}
                    place-order: {throw: "BUSY: Later.", retry: true}
                  expect: {code: CONTENT_REFUSED, not_steps: [render], calls: {call-backend: 1}}
                """;
        assertThat(schema.validate(YAML.readTree(test))).isEmpty();
        assertThat(schema.validate(YAML.readTree(test.replace("expect:", "expects:"))))
                .isNotEmpty();
    }

    /** Camel's schema takes seconds to compile, so each is compiled once. */
    private static JsonSchema schema(String path) {
        return SCHEMAS.computeIfAbsent(path, key -> {
            try {
                JsonNode schema = JSON.readTree(Path.of(path).toFile());
                boolean old = schema.path("$schema").asText().contains("draft-04");
                return JsonSchemaFactory.getInstance(old ? VersionFlag.V4 : VersionFlag.V7)
                        .getSchema(schema);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static List<Fault> faults(String yaml) {
        List<Fault> faults = new ArrayList<>();
        PipelineSettingsParser.parse(new SourceFile("pipeline.yaml", yaml), faults);
        return faults;
    }
}
