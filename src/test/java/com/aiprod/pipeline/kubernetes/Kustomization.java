package com.aiprod.pipeline.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Builds a folder as kustomize does, so that the tests need no kustomize. Supports only the features that
 * {@code k8s/} uses and rejects all others. If kustomize is installed, {@link KustomizationTest} compares the results.
 * Omits the hash that kustomize appends to the names of generated ConfigMaps.
 */
public final class Kustomization {

    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Set<String> FIELDS = Set.of(
            "apiVersion",
            "kind",
            "namespace",
            "nameSuffix",
            "labels",
            "resources",
            "configMapGenerator",
            "patches",
            "images",
            "replacements");
    private static final Set<String> GENERATOR_FIELDS = Set.of("name", "behavior", "envs", "files", "options");
    private static final Set<String> GENERATOR_OPTIONS = Set.of("labels", "disableNameSuffixHash");
    private static final Set<String> IMAGE_FIELDS = Set.of("name", "newName", "newTag");
    private static final Set<String> LABEL_FIELDS = Set.of("pairs", "includeTemplates");
    private static final String LOCAL = "config.kubernetes.io/local-config";

    private final Path folder;
    private final JsonNode file;
    private final List<ObjectNode> objects = new ArrayList<>();

    private Kustomization(Path folder) {
        this.folder = folder;
        this.file = documents(folder.resolve("kustomization.yaml")).get(0);
        onlyKnown(file, FIELDS);
    }

    /**
     * Returns the objects that {@code kubectl apply -k} would send.
     *
     * @param folder a folder with a {@code kustomization.yaml}
     */
    public static List<ObjectNode> build(Path folder) {
        Kustomization kustomization = new Kustomization(folder);
        kustomization.addResources();
        kustomization.generateConfigMaps();
        kustomization.patch();
        kustomization.appendNameSuffix();
        kustomization.placeInNamespace();
        kustomization.label();
        kustomization.setImages();
        new Replacements(kustomization.objects).apply(kustomization.file.path("replacements"));
        kustomization.objects.removeIf(
                object -> object.at("/metadata/annotations").path(LOCAL).asBoolean());
        return List.copyOf(kustomization.objects);
    }

    private void addResources() {
        for (JsonNode resource : file.path("resources")) {
            Path path = folder.resolve(resource.asText()).normalize();
            objects.addAll(Files.isDirectory(path) ? build(path) : documents(path));
        }
    }

    private void generateConfigMaps() {
        for (JsonNode generator : file.path("configMapGenerator")) {
            onlyKnown(generator, GENERATOR_FIELDS);
            String name = generator.path("name").asText();
            ObjectNode map = generator.path("behavior").asText("create").equals("merge")
                    ? find("ConfigMap", name)
                    : newConfigMap(name);
            onlyKnown(generator.path("options"), GENERATOR_OPTIONS);
            if (generator.path("options").has("labels")) {
                map.withObject("/metadata/labels")
                        .setAll((ObjectNode) generator.path("options").path("labels"));
            }
            for (JsonNode source : generator.path("files")) {
                Path path = folder.resolve(source.asText());
                map.withObject("data").put(path.getFileName().toString(), read(path));
            }
            for (JsonNode source : generator.path("envs")) {
                read(folder.resolve(source.asText()))
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("#"))
                        .map(line -> line.split("=", 2))
                        .forEach(pair -> map.withObject("data").put(pair[0], pair[1]));
            }
        }
    }

    private ObjectNode newConfigMap(String name) {
        ObjectNode map = YAML.createObjectNode().put("apiVersion", "v1").put("kind", "ConfigMap");
        map.putObject("metadata").put("name", name);
        objects.add(map);
        return map;
    }

    private void patch() {
        for (JsonNode entry : file.path("patches")) {
            onlyKnown(entry, Set.of("path", "target"));
            ObjectNode patch = only(documents(folder.resolve(entry.path("path").asText())));
            boolean targeted = entry.has("target");
            Selector selector = targeted
                    ? Selector.of(entry.path("target"))
                    : Selector.exactly(
                            patch.path("kind").asText(),
                            patch.at("/metadata/name").asText());
            List<ObjectNode> targets =
                    objects.stream().filter(selector::matches).toList();
            if (targets.isEmpty()) {
                throw new IllegalStateException("Nothing to patch: " + entry);
            }
            if (patch.path("$patch").asText().equals("delete")) {
                objects.removeAll(targets);
                continue;
            }
            ObjectNode content = patch.deepCopy();
            if (targeted) {
                content.without(List.of("apiVersion", "kind"));
                content.withObject("metadata").remove("name");
            }
            targets.forEach(target -> StrategicMerge.merge(target, content));
        }
    }

    /** Only in names of objects and of mounted ConfigMaps, which is where {@code k8s/} uses it. */
    private void appendNameSuffix() {
        String suffix = file.path("nameSuffix").asText();
        Set<String> maps = new HashSet<>();
        for (ObjectNode object : objects) {
            ObjectNode metadata = object.withObject("metadata");
            if (object.path("kind").asText().equals("ConfigMap")) {
                maps.add(metadata.path("name").asText());
            }
            metadata.put("name", metadata.path("name").asText() + suffix);
        }
        for (ObjectNode object : objects) {
            for (JsonNode volume : object.at("/spec/template/spec/volumes")) {
                String name = volume.at("/configMap/name").asText();
                if (maps.contains(name)) {
                    ((ObjectNode) volume.path("configMap")).put("name", name + suffix);
                }
            }
        }
    }

    private void placeInNamespace() {
        String namespace = file.path("namespace").asText();
        for (ObjectNode object : objects) {
            ObjectNode metadata = object.withObject("metadata");
            if (object.path("kind").asText().equals("Namespace")) {
                metadata.put("name", namespace);
            } else {
                metadata.put("namespace", namespace);
            }
        }
    }

    private void label() {
        for (JsonNode entry : file.path("labels")) {
            onlyKnown(entry, LABEL_FIELDS);
            Consumer<ObjectNode> label =
                    metadata -> metadata.withObject("labels").setAll((ObjectNode) entry.path("pairs"));
            for (ObjectNode object : objects) {
                label.accept(object.withObject("metadata"));
                if (entry.path("includeTemplates").asBoolean()
                        && object.at("/spec/template/spec").isObject()) {
                    label.accept(object.withObject("/spec/template/metadata"));
                }
            }
        }
    }

    private void setImages() {
        for (JsonNode image : file.path("images")) {
            onlyKnown(image, IMAGE_FIELDS);
            for (ObjectNode object : objects) {
                for (JsonNode container : object.at("/spec/template/spec/containers")) {
                    if (container
                            .path("image")
                            .asText()
                            .equals(image.path("name").asText())) {
                        ((ObjectNode) container)
                                .put(
                                        "image",
                                        image.path("newName").asText() + ":"
                                                + image.path("newTag").asText());
                    }
                }
            }
        }
    }

    private ObjectNode find(String kind, String name) {
        return only(
                objects.stream().filter(Selector.exactly(kind, name)::matches).toList());
    }

    private static ObjectNode only(List<ObjectNode> found) {
        if (found.size() != 1) {
            throw new IllegalStateException("Expected exactly one object: " + found);
        }
        return found.get(0);
    }

    /** Returns the documents in a YAML file. */
    static List<ObjectNode> documents(Path path) {
        try (MappingIterator<ObjectNode> documents =
                YAML.readerFor(ObjectNode.class).readValues(path.toFile())) {
            return documents.readAll();
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be read", e);
        }
    }

    private static String read(Path path) {
        try {
            return Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void onlyKnown(JsonNode node, Set<String> known) {
        for (Map.Entry<String, JsonNode> field : node.properties()) {
            if (!known.contains(field.getKey())) {
                throw new IllegalArgumentException("Not supported: '%s' in %s".formatted(field.getKey(), node));
            }
        }
    }
}
