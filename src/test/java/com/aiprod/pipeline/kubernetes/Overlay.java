package com.aiprod.pipeline.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What can be applied, and what a cluster would get. */
public enum Overlay {
    DEV,
    GKE;

    /** The label of what runs the application's own image. */
    static final String PART_OF = "app.kubernetes.io/part-of";

    static final String COMPONENT = "app.kubernetes.io/component";
    private static final Path K8S = Path.of("k8s");

    private static final Map<Overlay, List<ObjectNode>> BUILT = new ConcurrentHashMap<>();

    Path folder() {
        return K8S.resolve("overlays").resolve(name().toLowerCase(Locale.ROOT));
    }

    /** All objects, built once. */
    public List<ObjectNode> objects() {
        return BUILT.computeIfAbsent(this, overlay -> Kustomization.build(overlay.folder()));
    }

    /** The objects of one kind. */
    public List<ObjectNode> all(String kind) {
        return objects().stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /** One object. */
    public ObjectNode one(String kind, String name) {
        return all(kind).stream()
                .filter(object -> name(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("%s %s is not in %s".formatted(kind, name, this)));
    }

    /** What has pods: Deployments, StatefulSets and Jobs. */
    List<ObjectNode> workloads() {
        return objects().stream()
                .filter(object -> object.at("/spec/template/spec/containers").isArray())
                .toList();
    }

    /** Those that run the application's image. */
    public List<ObjectNode> applications() {
        return workloads().stream()
                .filter(workload ->
                        workload.at("/spec/template/metadata/labels").has(PART_OF))
                .toList();
    }

    /** The application's container. */
    public static JsonNode container(JsonNode application) {
        return elements(application.at("/spec/template/spec/containers"))
                .filter(container -> container.path("name").asText().equals("pipeline"))
                .findFirst()
                .orElseThrow();
    }

    /** An object's name. */
    public static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    /** A list as a stream. */
    public static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
