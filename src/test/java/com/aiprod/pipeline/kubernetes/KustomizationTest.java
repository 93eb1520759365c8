package com.aiprod.pipeline.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KustomizationTest {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern HASH = Pattern.compile("(settings)-[a-z0-9]{10}");

    @TempDir
    private Path folder;

    static Stream<Path> folders() {
        return Stream.concat(Stream.of(Overlay.values()).map(Overlay::folder), Stream.of(PipelinesTest.CHECK));
    }

    @ParameterizedTest
    @MethodSource("folders")
    void buildsWhatKustomizeBuilds(Path built) throws Exception {
        assumeTrue(isInstalled("kubectl"), "kubectl, which has kustomize in it, is not installed");
        Path output = folder.resolve("built.yaml");
        Process kustomize = new ProcessBuilder("kubectl", "kustomize", built.toString())
                .redirectOutput(output.toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        assertThat(kustomize.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("errors")).isEmptyFile();
        assertThat(byName(Kustomization.build(built))).isEqualTo(byName(Kustomization.documents(output)));
    }

    @Test
    void rejectsUnsupportedFeatures() throws IOException {
        Files.writeString(folder.resolve("kustomization.yaml"), "namePrefix: my-\n");
        assertThatThrownBy(() -> Kustomization.build(folder)).hasMessageContaining("'namePrefix'");
    }

    @Test
    void rejectsAPatchWithoutATarget() throws IOException {
        Files.writeString(folder.resolve("kustomization.yaml"), "patches: [{path: patch.yaml}]\n");
        Files.writeString(folder.resolve("patch.yaml"), "{kind: Service, metadata: {name: api}}\n");
        assertThatThrownBy(() -> Kustomization.build(folder)).hasMessageContaining("Nothing to patch");
    }

    private static boolean isInstalled(String command) {
        return Pattern.compile(File.pathSeparator)
                .splitAsStream(System.getenv("PATH"))
                .anyMatch(place -> Files.isExecutable(Path.of(place, command)));
    }

    private static Map<String, JsonNode> byName(List<ObjectNode> objects) {
        Map<String, JsonNode> byName = new TreeMap<>();
        for (ObjectNode object : objects) {
            JsonNode normal = normal(object);
            byName.put(
                    normal.path("kind").asText() + "/"
                            + normal.at("/metadata/name").asText(),
                    normal);
        }
        return byName;
    }

    /** Removes the hashes and sorts lists whose order is irrelevant. */
    private static JsonNode normal(JsonNode node) {
        if (node instanceof ObjectNode object) {
            ObjectNode normal = YAML.createObjectNode();
            object.properties().forEach(field -> {
                JsonNode value = normal(field.getValue());
                String key = StrategicMerge.KEYS.get(field.getKey());
                normal.set(field.getKey(), key != null && value instanceof ArrayNode list ? sorted(list, key) : value);
            });
            return normal;
        } else if (node instanceof ArrayNode list) {
            ArrayNode normal = YAML.createArrayNode();
            list.forEach(element -> normal.add(normal(element)));
            return normal;
        } else if (node.isTextual()) {
            return TextNode.valueOf(HASH.matcher(node.asText()).replaceAll("$1"));
        }
        return node;
    }

    private static ArrayNode sorted(ArrayNode list, String key) {
        List<JsonNode> elements = new ArrayList<>();
        list.forEach(elements::add);
        elements.sort(Comparator.comparing(element -> element.path(key).asText()));
        return YAML.createArrayNode().addAll(elements);
    }
}
