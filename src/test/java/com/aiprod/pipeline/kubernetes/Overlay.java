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

/** An overlay that can be applied, and its objects. */
public enum Overlay {
    DEV,
    GKE;

    /** The label of workloads with the application's image. */
    static final String PART_OF = "app.kubernetes.io/part-of";

    static final String COMPONENT = "app.kubernetes.io/component";
    private static final Path K8S = Path.of("k8s");

    private static final Map<Overlay, List<ObjectNode>> BUILT = new ConcurrentHashMap<>();

    Path folder() {
        return K8S.resolve("overlays").resolve(name().toLowerCase(Locale.ROOT));
    }

    /** Returns all objects, which are built once. */
    public List<ObjectNode> objects() {
        return BUILT.computeIfAbsent(this, overlay -> Kustomization.build(overlay.folder()));
    }

    /** Returns the objects of one kind. */
    public List<ObjectNode> all(String kind) {
        return objects().stream()
                .filter(object -> object.path("kind").asText().equals(kind))
                .toList();
    }

    /** Returns one object. Fails if it does not exist. */
    public ObjectNode one(String kind, String name) {
        return all(kind).stream()
                .filter(object -> name(object).equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("%s %s is not in %s".formatted(kind, name, this)));
    }

    /** Returns the Deployments, StatefulSets, and Jobs. */
    List<ObjectNode> workloads() {
        return objects().stream()
                .filter(object -> object.at("/spec/template/spec/containers").isArray())
                .toList();
    }

    /** Returns the workloads that run the application's image. */
    public List<ObjectNode> applications() {
        return workloads().stream()
                .filter(workload ->
                        workload.at("/spec/template/metadata/labels").has(PART_OF))
                .toList();
    }

    /** Returns the container of the application. */
    public static JsonNode container(JsonNode application) {
        return elements(application.at("/spec/template/spec/containers"))
                .filter(container -> container.path("name").asText().equals("pipeline"))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the name of an object. */
    public static String name(JsonNode object) {
        return object.at("/metadata/name").asText();
    }

    /** Returns the elements of a list. */
    public static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }
}
