package com.aiprod.pipeline.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The API server would accept every object and every field. */
class ManifestsTest {

    private static final ApiTypes TYPES = ApiTypes.bundled();

    static Stream<ObjectNode> objects() {
        return Stream.of(Overlay.values()).flatMap(overlay -> overlay.objects().stream());
    }

    @ParameterizedTest
    @EnumSource
    void matchTheApi(Overlay overlay) {
        assertThat(overlay.objects()).hasSizeGreaterThan(25);
        for (ObjectNode object : overlay.objects()) {
            assertThat(TYPES.faults(object)).as(object.toString()).isEmpty();
        }
    }

    /** An optional addition to an overlay. */
    @Test
    void tracingManifestMatchesTheApi() {
        List<ObjectNode> objects = Kustomization.build(Path.of("k8s", "tracing"));
        assertThat(objects).hasSize(1);
        assertThat(TYPES.faults(objects.get(0))).isEmpty();
        assertThat(objects.get(0).at("/spec/podSelector"))
                .isEqualTo(Overlay.GKE.one("NetworkPolicy", "database").at("/spec/podSelector"));
    }

    @ParameterizedTest
    @EnumSource
    void haveUniqueNames(Overlay overlay) {
        assertThat(overlay.objects().stream().map(object -> object.path("kind").asText() + "/" + Overlay.name(object)))
                .doesNotHaveDuplicates();
    }

    /** Tests the check itself: it finds an unknown field anywhere in any object. */
    @ParameterizedTest
    @MethodSource("objects")
    void detectsAnUnknownField(ObjectNode object) {
        assertThat(faults(object, changed -> changed.put("colour", "blue"))).isNotEmpty();
        assertThat(faults(object, changed -> changed.withObject("metadata").put("colour", "blue")))
                .isNotEmpty();
        if (object.has("spec")) {
            assertThat(faults(object, changed -> changed.withObject("spec").put("colour", "blue")))
                    .isNotEmpty();
        }
    }

    @Test
    void detectsDeeplyNestedErrors() {
        ObjectNode api = Overlay.GKE.one("Deployment", "api");
        assertThat(faults(api, changed -> probe(changed).put("perod", 5))).isNotEmpty();
        assertThat(faults(api, changed -> probe(changed).put("periodSeconds", "often")))
                .isNotEmpty();
        assertThat(faults(api, changed -> changed.withObject("spec").remove("selector")))
                .isNotEmpty();
        assertThat(faults(
                        api,
                        changed -> ((ObjectNode) Overlay.container(changed))
                                .withObject("/resources/limits")
                                .put("memory", "much")))
                .isNotEmpty();
        ObjectNode worker = Overlay.GKE.one("ScaledObject", "worker");
        assertThat(faults(worker, changed -> ((ObjectNode) changed.at("/spec/triggers/0")).put("metdata", 1)))
                .isNotEmpty();
        assertThat(faults(worker, changed -> ((ObjectNode) changed.at("/spec/triggers/0/metadata")).remove("query")))
                .isNotEmpty();
    }

    /** Needs {@code -Dcrds=FOLDER} with the definitions of KEDA, the Gateway API, GKE, and Config Connector. */
    @Test
    @EnabledIfSystemProperty(named = "crds", matches = ".+")
    void matchTheFullCustomResourceDefinitions() throws IOException {
        ApiTypes full = ApiTypes.of(Path.of(System.getProperty("crds")));
        Set<String> unknown = new TreeSet<>();
        for (ObjectNode object : objects().toList()) {
            if (TYPES.knows(object)) {
                if (!full.knows(object)) {
                    unknown.add(object.path("kind").asText());
                } else {
                    assertThat(full.faults(object)).as(object.toString()).isEmpty();
                }
            }
        }
        assertThat(unknown).as("kinds whose definition is not in the folder").isEmpty();
    }

    private static ObjectNode probe(JsonNode workload) {
        return (ObjectNode) Overlay.container(workload).path("readinessProbe");
    }

    private static List<String> faults(ObjectNode object, Consumer<ObjectNode> change) {
        ObjectNode changed = object.deepCopy();
        change.accept(changed);
        return TYPES.faults(changed);
    }
}
