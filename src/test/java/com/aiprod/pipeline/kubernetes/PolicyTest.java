package com.aiprod.pipeline.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.kubernetes.client.custom.Quantity;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules of the restricted Pod Security Standard, kube-score, and kube-linter. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyTest {

    /** The volume types of the restricted standard. */
    private static final Set<String> VOLUMES = Set.of(
            "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret");

    private static final int LOWEST_UID = 10_001;

    private static Stream<ObjectNode> workloads() {
        return Stream.of(Overlay.values()).flatMap(overlay -> overlay.workloads().stream());
    }

    private static Stream<JsonNode> containers() {
        return workloads().flatMap(workload -> {
            JsonNode pod = workload.at("/spec/template/spec");
            return Stream.concat(
                    Overlay.elements(pod.path("containers")), Overlay.elements(pod.path("initContainers")));
        });
    }

    @ParameterizedTest
    @EnumSource
    void theNamespaceEnforcesTheRestrictedStandard(Overlay overlay) {
        JsonNode labels = overlay.one("Namespace", "aiprod").at("/metadata/labels");
        assertThat(labels.path("pod-security.kubernetes.io/enforce").asText()).isEqualTo("restricted");
        for (ObjectNode object : overlay.objects()) {
            if (!object.path("kind").asText().equals("Namespace")) {
                assertThat(object.at("/metadata/namespace").asText())
                        .as(object.toString())
                        .isEqualTo("aiprod");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void podsAreRestricted(ObjectNode workload) {
        JsonNode pod = workload.at("/spec/template/spec");
        for (String shared : List.of("hostNetwork", "hostPID", "hostIPC", "shareProcessNamespace")) {
            assertThat(pod.path(shared).asBoolean()).as(shared).isFalse();
        }
        JsonNode security = pod.path("securityContext");
        assertThat(security.path("runAsNonRoot").asBoolean()).isTrue();
        assertThat(security.path("runAsUser").asInt()).isGreaterThanOrEqualTo(LOWEST_UID);
        assertThat(security.path("runAsGroup").asInt()).isGreaterThanOrEqualTo(LOWEST_UID);
        assertThat(security.at("/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
        for (JsonNode volume : pod.path("volumes")) {
            Set<String> kinds = new HashSet<>();
            volume.fieldNames().forEachRemaining(kinds::add);
            kinds.remove("name");
            assertThat(VOLUMES).containsAll(kinds);
            if (volume.has("emptyDir")) {
                assertThat(volume.at("/emptyDir/sizeLimit").asText())
                        .as(volume.toString())
                        .isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("containers")
    void containersAreRestricted(JsonNode container) {
        JsonNode security = container.path("securityContext");
        assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(security.path("privileged").asBoolean()).isFalse();
        assertThat(security.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
        assertThat(security.at("/capabilities/add").isMissingNode()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("containers")
    void containersHaveRequestsAndLimits(JsonNode container) {
        for (String resource : List.of("cpu", "memory", "ephemeral-storage")) {
            Quantity request =
                    quantity(container.at("/resources/requests").path(resource).asText());
            Quantity limit =
                    quantity(container.at("/resources/limits").path(resource).asText());
            assertThat(request.getNumber()).isPositive().isLessThanOrEqualTo(limit.getNumber());
        }
        // Memory above the request may get neighboring pods killed.
        assertThat(container.at("/resources/requests/memory")).isEqualTo(container.at("/resources/limits/memory"));
    }

    @ParameterizedTest
    @MethodSource("containers")
    void imagesHaveFixedVersions(JsonNode container) {
        assertThat(container.path("image").asText()).matches(".+(:[^:/]+|@sha256:[0-9a-f]{64})$");
        assertThat(container.path("image").asText()).doesNotEndWith(":latest");
    }

    @ParameterizedTest
    @EnumSource
    void clustersAlwaysPullTheImage(Overlay overlay) {
        for (ObjectNode workload : overlay.workloads()) {
            for (JsonNode container : workload.at("/spec/template/spec/containers")) {
                // The development image is loaded onto the node manually.
                assertThat(container.path("imagePullPolicy").asText())
                        .isEqualTo(overlay == Overlay.DEV ? "IfNotPresent" : "Always");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("containers")
    void containersReferToSecrets(JsonNode container) {
        Set<String> names = new HashSet<>();
        for (JsonNode variable : container.path("env")) {
            String name = variable.path("name").asText();
            assertThat(names.add(name)).as("once only: " + name).isTrue();
            if (name.toUpperCase(Locale.ROOT).matches(".*(PASSWORD|SECRET|TOKEN|USERNAME|DATASOURCE_URL).*")) {
                assertThat(variable.at("/valueFrom/secretKeyRef").isObject())
                        .as(name)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void noSecretIsInTheRepository(Overlay overlay) {
        assertThat(overlay.all("Secret")).isEmpty();
        for (ObjectNode map : overlay.all("ConfigMap")) {
            assertThat(map.path("data").toString())
                    .doesNotContainIgnoringCase("password")
                    .doesNotContain("PRIVATE KEY");
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachPodHasItsOwnServiceAccountWithoutAToken(Overlay overlay) {
        Set<String> accounts = new HashSet<>();
        for (ObjectNode workload : overlay.workloads()) {
            JsonNode pod = workload.at("/spec/template/spec");
            String account = pod.path("serviceAccountName").asText();
            assertThat(accounts.add(account)).as(account).isTrue();
            assertThat(overlay.one("ServiceAccount", account)
                            .path("automountServiceAccountToken")
                            .asBoolean(true))
                    .isFalse();
            assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
            assertThat(pod.path("enableServiceLinks").asBoolean(true)).isFalse();
        }
        assertThat(overlay.all("ServiceAccount")).hasSameSizeAs(accounts);
    }

    @ParameterizedTest
    @EnumSource
    void longRunningContainersHaveDistinctProbes(Overlay overlay) {
        for (ObjectNode workload : overlay.workloads()) {
            if (workload.path("kind").asText().equals("Job")) {
                assertThat(workload.at("/spec/template/spec/restartPolicy").asText())
                        .isEqualTo("Never");
                assertThat(workload.at("/spec/ttlSecondsAfterFinished").asInt()).isPositive();
                assertThat(workload.at("/spec/activeDeadlineSeconds").asInt()).isPositive();
                continue;
            }
            for (JsonNode container : workload.at("/spec/template/spec/containers")) {
                JsonNode startup = container.path("startupProbe");
                assertThat(startup.path("failureThreshold").asInt()
                                * startup.path("periodSeconds").asInt(10))
                        .as("startup time in s")
                        .isGreaterThanOrEqualTo(60);
                assertThat(action(container.path("livenessProbe")))
                        .isNotEmpty()
                        .isNotEqualTo(action(container.path("readinessProbe")));
                assertThat(action(container.path("readinessProbe"))).isNotEmpty();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void rolesRollOutSeparatelyWithoutAGap(Overlay overlay) {
        for (ObjectNode application : overlay.applications()) {
            if (!application.path("kind").asText().equals("Deployment")) {
                continue;
            }
            JsonNode strategy = application.at("/spec/strategy");
            assertThat(strategy.at("/rollingUpdate/maxUnavailable").asInt(-1)).isZero();
            assertThat(strategy.at("/rollingUpdate/maxSurge").asInt()).isPositive();
            List<String> spread = Overlay.elements(application.at("/spec/template/spec/topologySpreadConstraints"))
                    .map(constraint -> constraint.path("topologyKey").asText())
                    .toList();
            assertThat(spread).containsExactly("kubernetes.io/hostname", "topology.kubernetes.io/zone");
            String role = Overlay.name(application);
            JsonNode budget = overlay.one("PodDisruptionBudget", role).path("spec");
            assertThat(budget.path("maxUnavailable").asInt()).isPositive();
            assertThat(budget.path("unhealthyPodEvictionPolicy").asText()).isEqualTo("AlwaysAllow");
        }
    }

    @ParameterizedTest
    @EnumSource
    void scaledWorkloadsHaveNoFixedReplicas(Overlay overlay) {
        ObjectNode scaler = overlay.one("HorizontalPodAutoscaler", "api");
        assertThat(overlay.one("Deployment", "api").at("/spec/replicas").isMissingNode())
                .isTrue();
        assertThat(scaler.at("/spec/minReplicas").asInt()).isGreaterThanOrEqualTo(overlay == Overlay.DEV ? 1 : 3);
        if (overlay != Overlay.DEV) {
            assertThat(overlay.one("Deployment", "worker").at("/spec/replicas").isMissingNode())
                    .isTrue();
            JsonNode worker = overlay.one("ScaledObject", "worker").path("spec");
            assertThat(worker.path("minReplicaCount").asInt(-1)).isZero();
            for (String role : List.of("dispatcher", "recorder")) {
                assertThat(overlay.one("Deployment", role).at("/spec/replicas").asInt())
                        .isGreaterThanOrEqualTo(2);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void networkPoliciesDenyByDefault(Overlay overlay) {
        JsonNode deny = overlay.one("NetworkPolicy", "default-deny").path("spec");
        assertThat(deny.path("podSelector").isEmpty()).isTrue();
        assertThat(deny.path("policyTypes").toString()).isEqualTo("[\"Ingress\",\"Egress\"]");
        assertThat(deny.has("ingress") || deny.has("egress")).isFalse();
        for (ObjectNode policy : overlay.all("NetworkPolicy")) {
            for (Map.Entry<String, String> way :
                    Map.of("ingress", "from", "egress", "to").entrySet()) {
                for (JsonNode rule : policy.path("spec").path(way.getKey())) {
                    assertThat(rule.path(way.getValue()).isEmpty())
                            .as("%s allows all peers", Overlay.name(policy))
                            .isFalse();
                    assertThat(rule.path("ports").isEmpty())
                            .as("%s allows all ports", Overlay.name(policy))
                            .isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void servicesAreInternal(Overlay overlay) {
        for (ObjectNode service : overlay.all("Service")) {
            assertThat(service.at("/spec/type").asText("ClusterIP")).isEqualTo("ClusterIP");
        }
    }

    private static String action(JsonNode probe) {
        for (String action : List.of("httpGet", "tcpSocket", "exec", "grpc")) {
            if (probe.has(action)) {
                return action + probe.path(action);
            }
        }
        return "";
    }

    private static Quantity quantity(String text) {
        return Quantity.fromString(text);
    }
}
