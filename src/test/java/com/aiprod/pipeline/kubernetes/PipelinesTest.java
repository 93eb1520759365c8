package com.aiprod.pipeline.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Pipelines of your own, which the dev overlay has an example of: mounted live, and checked before they are applied. */
class PipelinesTest {

    static final Path CHECK = Path.of("k8s/overlays/dev/check");

    private static final String PREFIX = "pipeline-";
    private static final String SUFFIX = "-candidate";
    private static final int LIMIT = 1024 * 1024;

    private static ObjectNode worker() {
        return Overlay.DEV.one("Deployment", "worker");
    }

    private static ObjectNode job() {
        return checked("Job").get(0);
    }

    private static List<ObjectNode> checked(String kind) {
        return Kustomization.build(CHECK).stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /** The folder of each pipeline's ConfigMap in the container. */
    private static Map<String, String> mounts(ObjectNode workload) {
        Map<String, String> mounts = new LinkedHashMap<>();
        for (JsonNode volume : workload.at("/spec/template/spec/volumes")) {
            String name = volume.path("name").asText();
            if (name.startsWith(PREFIX)) {
                JsonNode mount = Overlay.elements(Overlay.container(workload).path("volumeMounts"))
                        .filter(candidate -> candidate.path("name").asText().equals(name))
                        .findFirst()
                        .orElseThrow();
                // A subPath never changes in a running pod.
                assertThat(mount.has("subPath")).isFalse();
                assertThat(mount.path("readOnly").asBoolean()).isTrue();
                mounts.put(
                        volume.at("/configMap/name").asText().replace(SUFFIX, ""),
                        mount.path("mountPath").asText());
            }
        }
        return mounts;
    }

    static Stream<ObjectNode> maps() {
        return Overlay.DEV.all("ConfigMap").stream()
                .filter(map -> Overlay.name(map).startsWith(PREFIX));
    }

    @ParameterizedTest
    @MethodSource("maps")
    void eachPipelineIsAConfigMapWhoseNameIsKept(ObjectNode map) {
        String name = Overlay.name(map).substring(PREFIX.length());
        Set<String> files = Set.copyOf(
                map.path("data").properties().stream().map(Map.Entry::getKey).toList());
        assertThat(files).contains("pipeline.yaml", name + ".camel.yaml");
        assertThat(map.path("data").toString().length()).isLessThan(LIMIT);
        assertThat(mounts(worker()))
                .containsEntry(
                        Overlay.name(map),
                        SettingsTest.environment(Overlay.DEV, worker()).get("AIPROD_ROUTES_DIR") + "/pipelines/"
                                + name);
        JsonNode generator = Overlay.elements(
                        Kustomization.documents(Path.of("k8s/overlays/dev/pipelines/kustomization.yaml"))
                                .get(0)
                                .path("configMapGenerator"))
                .filter(candidate -> candidate.path("name").asText().equals(Overlay.name(map)))
                .findFirst()
                .orElseThrow();
        assertThat(generator.at("/options/disableNameSuffixHash").asBoolean()).isTrue();
    }

    @Test
    void aPipelineCanBeDeletedWhilePodsRun() {
        assertThat(maps()).isNotEmpty();
        for (JsonNode volume : worker().at("/spec/template/spec/volumes")) {
            if (volume.path("name").asText().startsWith(PREFIX)) {
                assertThat(volume.at("/configMap/optional").asBoolean()).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyWorkersReadPipelines(Overlay overlay) {
        for (ObjectNode application : overlay.applications()) {
            if (!Overlay.name(application).equals("worker")) {
                assertThat(mounts(application)).isEmpty();
                assertThat(SettingsTest.environment(overlay, application)).doesNotContainKey("AIPROD_ROUTES_DIR");
            }
        }
    }

    @Test
    void theCheckReadsCopiesOfWhatWorkersWillRead() {
        assertThat(mounts(job())).isEqualTo(mounts(worker())).isNotEmpty();
        assertThat(Overlay.container(job()).path("args").toString())
                .isEqualTo("[\"check\",\"%s\"]"
                        .formatted(
                                SettingsTest.environment(Overlay.DEV, worker()).get("AIPROD_ROUTES_DIR")));
        assertThat(Overlay.container(job()).path("image"))
                .isEqualTo(Overlay.container(worker()).path("image"));
        assertThat(checked("ConfigMap")).hasSameSizeAs(maps().toList());
        for (ObjectNode copy : checked("ConfigMap")) {
            assertThat(Overlay.name(copy)).endsWith(SUFFIX);
            assertThat(copy.path("data"))
                    .isEqualTo(Overlay.DEV
                            .one("ConfigMap", Overlay.name(copy).replace(SUFFIX, ""))
                            .path("data"));
        }
        // Nothing that workers see changes.
        assertThat(Kustomization.build(CHECK)).allSatisfy(object -> {
            assertThat(Overlay.name(object)).endsWith(SUFFIX);
            assertThat(ApiTypes.bundled().faults(object)).isEmpty();
        });
    }

    @Test
    void theCheckIsRestrictedAndFailsOnce() {
        JsonNode pod = job().at("/spec/template/spec");
        assertThat(job().at("/spec/backoffLimit").asInt(6)).isZero();
        assertThat(pod.path("restartPolicy").asText()).isEqualTo("Never");
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(pod.path("securityContext"))
                .isEqualTo(
                        without(worker().at("/spec/template/spec/securityContext"), "fsGroup", "fsGroupChangePolicy"));
        assertThat(Overlay.container(job()).path("securityContext"))
                .isEqualTo(Overlay.container(worker()).path("securityContext"));
        // Not one of the pods whose services, policies, and monitoring the application has.
        assertThat(job().at("/spec/template/metadata/labels").has(Overlay.PART_OF))
                .isFalse();
    }

    private static JsonNode without(JsonNode object, String... fields) {
        return ((ObjectNode) object.deepCopy()).without(List.of(fields));
    }
}
