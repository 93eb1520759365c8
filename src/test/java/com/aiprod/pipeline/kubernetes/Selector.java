package com.aiprod.pipeline.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Selects the target objects of a patch.
 *
 * @param kind a regular expression, as in kustomize
 * @param name a regular expression, as in kustomize
 * @param label {@code key=value}; blank for any
 */
record Selector(String kind, String name, String label) {

    static Selector of(JsonNode target) {
        Kustomization.onlyKnown(target, Set.of("kind", "name", "labelSelector"));
        return new Selector(
                target.path("kind").asText(".*"),
                target.path("name").asText(".*"),
                target.path("labelSelector").asText());
    }

    static Selector exactly(String kind, String name) {
        return new Selector(kind, name, "");
    }

    boolean matches(JsonNode object) {
        return object.path("kind").asText().matches(kind)
                && object.at("/metadata/name").asText().matches(name)
                && (label.isBlank() || labelled(object.at("/metadata/labels")));
    }

    private boolean labelled(JsonNode labels) {
        String[] pair = label.split("=", 2);
        return labels.path(pair[0]).asText().equals(pair[1]);
    }
}
