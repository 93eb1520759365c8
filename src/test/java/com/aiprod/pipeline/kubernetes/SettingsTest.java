package com.aiprod.pipeline.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.convert.DurationStyle;

/** The settings and assumptions in the manifests match the application. */
class SettingsTest {

    private static final JsonNode APPLICATION = Kustomization.documents(Path.of("src/main/resources/application.yaml"))
            .get(0);
    private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z.-]+):");

    static Stream<ObjectNode> roles() {
        return Stream.of(Overlay.values())
                .flatMap(overlay -> overlay.all("Deployment").stream().filter(overlay.applications()::contains));
    }

    @ParameterizedTest
    @EnumSource
    void eachRoleRunsSeparately(Overlay overlay) {
        for (ObjectNode application : overlay.applications()) {
            assertThat(environment(overlay, application)).containsEntry("AIPROD_ROLES", Overlay.name(application));
        }
        assertThat(overlay.applications().stream().map(Overlay::name))
                .containsExactlyInAnyOrder("migrate", "api", "dispatcher", "worker", "recorder");
    }

    @ParameterizedTest
    @EnumSource
    void applicationReadsEveryVariable(Overlay overlay) throws IOException {
        Set<String> known = knownVariables();
        assertThat(known).contains("AIPROD_ROLES", "GOOGLE_CLOUD_PROJECT", "SPRING_DATASOURCE_URL");
        for (ObjectNode application : overlay.applications()) {
            assertThat(known).containsAll(environment(overlay, application).keySet());
        }
    }

    @ParameterizedTest
    @EnumSource
    void onlyTheMigrationChangesTheSchema(Overlay overlay) {
        for (ObjectNode application : overlay.applications()) {
            assertThat(environment(overlay, application))
                    .containsEntry(
                            "SPRING_DATASOURCE_USERNAME",
                            Overlay.name(application).equals("migrate")
                                    ? "database-owner/username"
                                    : "database/username");
            assertThat(environment(overlay, application).getOrDefault("AIPROD_SCHEMA", "unset"))
                    .isEqualTo(Overlay.name(application).equals("migrate") ? "unset" : "check");
        }
    }

    @ParameterizedTest
    @MethodSource("roles")
    void portsAndPathsMatchTheApplication(ObjectNode application) {
        JsonNode container = Overlay.container(application);
        Map<String, Integer> ports = new LinkedHashMap<>();
        container
                .path("ports")
                .forEach(port -> ports.put(
                        port.path("name").asText(), port.path("containerPort").asInt()));
        assertThat(ports)
                .containsEntry(
                        "management", APPLICATION.at("/management/server/port").asInt());
        if (Overlay.name(application).equals("api")) {
            assertThat(ports)
                    .containsEntry("http", APPLICATION.at("/server/port").asInt());
        } else {
            assertThat(ports).doesNotContainKey("http");
        }
        assertThat(APPLICATION.at("/management/endpoint/health/probes/enabled").asBoolean())
                .isTrue();
        assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/actuator/health/liveness");
        assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/actuator/health/liveness");
        assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/actuator/health/readiness");
    }

    @Test
    void loadBalancersAndCollectorsUseTheManagementPort() {
        JsonNode check = Overlay.GKE.one("HealthCheckPolicy", "api").at("/spec/default/config/httpHealthCheck");
        assertThat(check.path("port").asInt())
                .isEqualTo(APPLICATION.at("/management/server/port").asInt());
        assertThat(check.path("requestPath").asText()).isEqualTo("/actuator/health/readiness");
        assertThat(Overlay.GKE
                        .one("PodMonitoring", "aiprod")
                        .at("/spec/endpoints/0/path")
                        .asText())
                .isEqualTo("/actuator/prometheus");
        assertThat(APPLICATION.at("/management/endpoints/web/exposure/include").asText())
                .contains("prometheus");
    }

    @ParameterizedTest
    @EnumSource
    void mountsMatchTheFoldersOfTheApplication(Overlay overlay) {
        for (ObjectNode application : overlay.applications()) {
            Map<String, JsonNode> mounts = new LinkedHashMap<>();
            Overlay.container(application)
                    .path("volumeMounts")
                    .forEach(mount -> mounts.put(mount.path("name").asText(), mount));
            Map<String, String> environment = environment(overlay, application);
            assertThat(mounts.get("tmp").path("mountPath").asText()).isEqualTo("/tmp");
            String role = Overlay.name(application);
            assertThat(mounts.containsKey("artifacts"))
                    .isEqualTo(Set.of("api", "worker").contains(role));
            if (mounts.containsKey("artifacts")) {
                assertThat(mounts.get("artifacts").path("mountPath").asText())
                        .isEqualTo(environment.get("AIPROD_ARTIFACTS_DIR"));
                assertThat(mounts.get("artifacts").path("readOnly").asBoolean()).isEqualTo(role.equals("api"));
            }
        }
        String accessMode = overlay.one("PersistentVolumeClaim", "artifacts")
                .at("/spec/accessModes/0")
                .asText();
        assertThat(accessMode).isEqualTo(overlay == Overlay.DEV ? "ReadWriteOnce" : "ReadWriteMany");
    }

    @ParameterizedTest
    @EnumSource
    void podsHaveTimeToShutDown(Overlay overlay) {
        Duration camel = Duration.ofSeconds(
                APPLICATION.at("/camel/main/shutdown-timeout").asInt());
        for (ObjectNode application : overlay.all("Deployment")) {
            if (!overlay.applications().contains(application)) {
                continue;
            }
            Map<String, String> environment = environment(overlay, application);
            Duration phase = duration(environment.getOrDefault(
                    "SPRING_LIFECYCLE_TIMEOUT_PER_SHUTDOWN_PHASE",
                    APPLICATION
                            .at("/spring/lifecycle/timeout-per-shutdown-phase")
                            .asText()));
            Duration preStop = Duration.ofSeconds(Overlay.container(application)
                    .at("/lifecycle/preStop/sleep/seconds")
                    .asInt());
            Duration grace = Duration.ofSeconds(application
                    .at("/spec/template/spec/terminationGracePeriodSeconds")
                    .asInt());
            assertThat(preStop).isPositive();
            assertThat(grace).isGreaterThan(preStop.plus(phase).plus(camel));
            if (Overlay.name(application).equals("worker")) {
                Duration job =
                        duration(APPLICATION.at("/aiprod/pipeline/timeout").asText());
                Duration drain = duration(environment.get("AIPROD_WORKER_SHUTDOWN_GRACE"));
                assertThat(drain).isGreaterThan(job);
                assertThat(phase).isGreaterThan(drain.plusSeconds(5));
            }
            if (Overlay.name(application).equals("api")) {
                // The longest held response, Prefer: wait=60.
                assertThat(phase).isGreaterThan(Duration.ofSeconds(60));
            }
        }
    }

    @Test
    void scalerUsesTheWorkersConcurrency() {
        ObjectNode worker = Overlay.GKE.one("Deployment", "worker");
        String concurrency = environment(Overlay.GKE, worker).get("AIPROD_WORKER_CONCURRENCY");
        assertThat(Overlay.GKE
                        .one("ScaledObject", "worker")
                        .at("/spec/triggers/0/metadata/targetQueryValue")
                        .asText())
                .isEqualTo(concurrency);
        assertThat(Overlay.container(worker).at("/resources/limits/cpu").asText())
                .isEqualTo(concurrency);
    }

    @Test
    void readmeStatesTheNumberOfConnections() throws IOException {
        int connections = 0;
        for (String role : List.of("api", "dispatcher", "worker", "recorder")) {
            ObjectNode deployment = Overlay.GKE.one("Deployment", role);
            int pods = switch (role) {
                case "api" ->
                    Overlay.GKE
                            .one("HorizontalPodAutoscaler", role)
                            .at("/spec/maxReplicas")
                            .asInt();
                case "worker" ->
                    Overlay.GKE
                            .one("ScaledObject", role)
                            .at("/spec/maxReplicaCount")
                            .asInt();
                default -> deployment.at("/spec/replicas").asInt();
            };
            connections += pods
                    * Integer.parseInt(
                            environment(Overlay.GKE, deployment).get("SPRING_DATASOURCE_HIKARI_MAXIMUM_POOL_SIZE"));
        }
        assertThat(Files.readString(Path.of("k8s", "README.md"))).contains("so " + connections + " as it stands");
    }

    @Test
    void oneFileHoldsAllRequiredChanges() {
        String rest = Overlay.GKE.objects().toString();
        JsonNode values = Kustomization.documents(Overlay.GKE.folder().resolve("values.yaml"))
                .get(0)
                .path("data");
        assertThat(values.size()).isEqualTo(4);
        assertThat(rest)
                .contains("\"" + values.path("image").asText() + "\"")
                .contains("\"" + values.path("host").asText() + "\"")
                .contains("/projects/" + values.path("projectNumber").asText() + "/");
        String project = values.path("project").asText();
        assertThat(environment(Overlay.GKE, Overlay.GKE.one("Deployment", "api")))
                .containsEntry("GOOGLE_CLOUD_PROJECT", project)
                .containsEntry("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES", project)
                .containsEntry(
                        "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI",
                        "https://securetoken.google.com/" + project);
        assertThat(rest).doesNotContain("\"ISSUER\"", "\"HOST\"", "PROJECT_NUMBER");
    }

    /** Returns all variables of the container by name. A value from a Secret is {@code secret/key}. */
    public static Map<String, String> environment(Overlay overlay, ObjectNode application) {
        Map<String, String> environment = new LinkedHashMap<>();
        JsonNode container = Overlay.container(application);
        for (JsonNode source : container.path("envFrom")) {
            overlay.one("ConfigMap", source.at("/configMapRef/name").asText())
                    .path("data")
                    .properties()
                    .forEach(entry ->
                            environment.put(entry.getKey(), entry.getValue().asText()));
        }
        for (JsonNode variable : container.path("env")) {
            JsonNode secret = variable.at("/valueFrom/secretKeyRef");
            environment.put(
                    variable.path("name").asText(),
                    secret.isObject()
                            ? secret.path("name").asText() + "/"
                                    + secret.path("key").asText()
                            : variable.path("value").asText());
        }
        return environment;
    }

    /** Our own properties from application.yaml, and Spring's from the metadata in its jars. */
    private static Set<String> knownVariables() throws IOException {
        List<String> properties = new ArrayList<>();
        flatten("aiprod", APPLICATION.path("aiprod"), properties);
        PLACEHOLDER.matcher(APPLICATION.toString()).results().forEach(found -> properties.add(found.group(1)));
        for (URL metadata : Collections.list(
                SettingsTest.class.getClassLoader().getResources("META-INF/spring-configuration-metadata.json"))) {
            try (InputStream stream = metadata.openStream()) {
                new ObjectMapper()
                        .readTree(stream)
                        .path("properties")
                        .forEach(
                                property -> properties.add(property.path("name").asText()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        // Read by the JVM's launcher.
        Stream<String> launcher = Stream.of("JDK_JAVA_OPTIONS");
        return Stream.concat(
                        launcher,
                        properties.stream()
                                .map(property ->
                                        property.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_")))
                .collect(Collectors.toSet());
    }

    private static void flatten(String prefix, JsonNode node, List<String> properties) {
        properties.add(prefix);
        node.properties().forEach(field -> flatten(prefix + "." + field.getKey(), field.getValue(), properties));
    }

    private static Duration duration(String text) {
        return DurationStyle.detectAndParse(text);
    }
}
