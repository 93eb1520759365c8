package com.aiprod.pipeline.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All references in the manifests resolve. */
class WiringTest {

    @ParameterizedTest
    @EnumSource
    void selectorsMatchPods(Overlay overlay) {
        for (ObjectNode workload : overlay.workloads()) {
            if (!workload.path("kind").asText().equals("Job")) {
                assertThat(selected(overlay, workload.at("/spec/selector"))).containsExactly(Overlay.name(workload));
            }
        }
        for (ObjectNode service : overlay.all("Service")) {
            assertThat(matching(overlay, service.at("/spec/selector"))).containsExactly(Overlay.name(service));
        }
        for (ObjectNode budget : overlay.all("PodDisruptionBudget")) {
            assertThat(selected(overlay, budget.at("/spec/selector"))).containsExactly(Overlay.name(budget));
        }
        for (ObjectNode monitoring : overlay.all("PodMonitoring")) {
            assertThat(selected(overlay, monitoring.at("/spec/selector")))
                    .contains("api", "dispatcher", "worker", "recorder");
        }
        for (ObjectNode policy : overlay.all("NetworkPolicy")) {
            assertThat(selected(overlay, policy.at("/spec/podSelector")))
                    .as(Overlay.name(policy))
                    .isNotEmpty();
            for (String peer : List.of("/spec/ingress", "/spec/egress")) {
                for (JsonNode own : policy.at(peer).findValues("podSelector")) {
                    if (!own.toString().contains("k8s-app")) {
                        assertThat(selected(overlay, own)).as(own.toString()).isNotEmpty();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void scalerTargetsExist(Overlay overlay) {
        for (ObjectNode scaler : overlay.all("HorizontalPodAutoscaler")) {
            JsonNode target = scaler.at("/spec/scaleTargetRef");
            overlay.one(target.path("kind").asText(), target.path("name").asText());
        }
        for (ObjectNode scaler : overlay.all("ScaledObject")) {
            overlay.one("Deployment", scaler.at("/spec/scaleTargetRef/name").asText());
            scaler.findValues("authenticationRef")
                    .forEach(reference -> overlay.one(
                            "TriggerAuthentication", reference.path("name").asText()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void namedPortsExist(Overlay overlay) {
        for (ObjectNode workload : overlay.workloads()) {
            for (JsonNode container : workload.at("/spec/template/spec/containers")) {
                Set<String> names = portNames(container);
                for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                    container
                            .path(probe)
                            .findValues("port")
                            .forEach(port -> assertThat(names).contains(port.asText()));
                }
            }
        }
        for (ObjectNode service : overlay.all("Service")) {
            ObjectNode workload = overlay.workloads().stream()
                    .filter(candidate -> Overlay.name(candidate).equals(Overlay.name(service)))
                    .findFirst()
                    .orElseThrow();
            Set<String> names =
                    portNames(workload.at("/spec/template/spec/containers").get(0));
            for (JsonNode port : service.at("/spec/ports")) {
                assertThat(names).contains(port.path("targetPort").asText());
            }
        }
        for (ObjectNode monitoring : overlay.all("PodMonitoring")) {
            for (JsonNode endpoint : monitoring.at("/spec/endpoints")) {
                for (ObjectNode application : overlay.applications()) {
                    if (application.path("kind").asText().equals("Deployment")) {
                        assertThat(portNames(Overlay.container(application)))
                                .contains(endpoint.path("port").asText());
                    }
                }
            }
        }
        for (ObjectNode route : overlay.all("HTTPRoute")) {
            for (JsonNode backend : route.findValues("backendRefs")) {
                ObjectNode service =
                        overlay.one("Service", backend.get(0).path("name").asText());
                assertThat(service.at("/spec/ports").findValuesAsText("port"))
                        .contains(backend.get(0).path("port").asText());
            }
            JsonNode parent = route.at("/spec/parentRefs/0");
            assertThat(overlay.one("Gateway", parent.path("name").asText())
                            .at("/spec/listeners")
                            .findValuesAsText("name"))
                    .contains(parent.path("sectionName").asText());
        }
        for (String kind : List.of("HealthCheckPolicy", "GCPBackendPolicy")) {
            for (ObjectNode policy : overlay.all(kind)) {
                overlay.one("Service", policy.at("/spec/targetRef/name").asText());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void volumesAndSettingsExist(Overlay overlay) throws IOException {
        for (ObjectNode workload : overlay.workloads()) {
            JsonNode pod = workload.at("/spec/template/spec");
            Set<String> volumes = names(pod.path("volumes"));
            volumes.addAll(workload.at("/spec/volumeClaimTemplates").findValuesAsText("name"));
            Set<String> mounted = new HashSet<>();
            pod.path("containers")
                    .forEach(container -> container
                            .path("volumeMounts")
                            .findValuesAsText("name")
                            .forEach(mounted::add));
            assertThat(mounted).isEqualTo(volumes);
            pod.findValuesAsText("claimName").forEach(claim -> overlay.one("PersistentVolumeClaim", claim));
            pod.findValues("configMap")
                    .forEach(map -> overlay.one("ConfigMap", map.path("name").asText()));
            pod.findValues("configMapRef")
                    .forEach(map -> overlay.one("ConfigMap", map.path("name").asText()));
        }
        String readme = Files.readString(Path.of("k8s", "README.md"));
        for (String secret : secrets(overlay)) {
            assertThat(readme).as("the command that creates the Secret").contains("create secret generic " + secret);
        }
    }

    /** Names and keys, each as in the command that creates them. */
    private static Set<String> secrets(Overlay overlay) {
        Set<String> secrets = new TreeSet<>();
        for (ObjectNode object : overlay.objects()) {
            object.findValues("secretKeyRef")
                    .forEach(reference -> secrets.add(reference.path("name").asText()));
            object.findValuesAsText("secretName").forEach(secrets::add);
            object.findValues("secretTargetRef")
                    .forEach(references -> secrets.addAll(references.findValuesAsText("name")));
        }
        return secrets;
    }

    private static Set<String> portNames(JsonNode container) {
        return names(container.path("ports"));
    }

    private static Set<String> names(JsonNode list) {
        return Overlay.elements(list)
                .map(element -> element.path("name").asText())
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static Set<String> selected(Overlay overlay, JsonNode selector) {
        Set<String> found = matching(overlay, selector.path("matchLabels"));
        for (JsonNode expression : selector.path("matchExpressions")) {
            assertThat(expression.path("operator").asText()).isEqualTo("In");
            String key = expression.path("key").asText();
            found.removeIf(name -> overlay.workloads().stream()
                    .filter(workload -> Overlay.name(workload).equals(name))
                    .noneMatch(workload -> Overlay.elements(expression.path("values"))
                            .anyMatch(value -> value.equals(labels(workload).path(key)))));
            expression
                    .path("values")
                    .forEach(value -> assertThat(found).as("each exists").contains(value.asText()));
        }
        return found;
    }

    private static Set<String> matching(Overlay overlay, JsonNode wanted) {
        return overlay.workloads().stream()
                .filter(workload -> wanted.properties().stream()
                        .allMatch(label ->
                                label.getValue().equals(labels(workload).path(label.getKey()))))
                .map(Overlay::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static JsonNode labels(ObjectNode workload) {
        return workload.at("/spec/template/metadata/labels");
    }

    /** The kinds that each overlay must have, so that no check above passes vacuously. */
    @ParameterizedTest
    @EnumSource
    void eachOverlayHasAllKinds(Overlay overlay) {
        Stream<String> kinds = Stream.of(
                "Namespace",
                "ServiceAccount",
                "Deployment",
                "Job",
                "Service",
                "ConfigMap",
                "PersistentVolumeClaim",
                "HorizontalPodAutoscaler",
                "PodDisruptionBudget",
                "NetworkPolicy");
        Stream<String> onlyOnGoogle = Stream.of(
                "ScaledObject",
                "TriggerAuthentication",
                "PubSubTopic",
                "PubSubSubscription",
                "IAMPartialPolicy",
                "Gateway",
                "HTTPRoute",
                "HealthCheckPolicy",
                "GCPBackendPolicy",
                "PodMonitoring",
                "Rules");
        assertThat(overlay.objects().stream().map(object -> object.path("kind").asText()))
                .contains(kinds.toArray(String[]::new));
        if (overlay == Overlay.GKE) {
            assertThat(overlay.objects().stream()
                            .map(object -> object.path("kind").asText()))
                    .contains(onlyOnGoogle.toArray(String[]::new));
        } else {
            assertThat(overlay.objects().stream()
                            .map(object -> object.path("kind").asText()))
                    .doesNotContainAnyElementsOf(onlyOnGoogle.toList());
        }
    }
}
