package com.aiprod.pipeline.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** A strategic merge patch: merges objects and lists whose elements have a key, and replaces other lists. */
final class StrategicMerge {

    /** {@code x-kubernetes-patch-merge-key} in the API, for the lists in our patches. */
    static final Map<String, String> KEYS = Map.of(
            "containers", "name",
            "env", "name",
            "ports", "containerPort",
            "volumes", "name",
            "volumeMounts", "mountPath");

    private StrategicMerge() {}

    static void merge(ObjectNode target, ObjectNode patch) {
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            JsonNode value = field.getValue();
            JsonNode present = target.path(field.getKey());
            if (value instanceof ObjectNode object && present instanceof ObjectNode presentObject) {
                merge(presentObject, object);
            } else if (value instanceof ArrayNode list && present instanceof ArrayNode presentList) {
                mergeLists(field.getKey(), presentList, list);
            } else {
                target.set(field.getKey(), value.deepCopy());
            }
        }
    }

    private static void mergeLists(String name, ArrayNode target, ArrayNode patch) {
        String key = KEYS.get(name);
        if (key == null) {
            if (!patch.isEmpty() && patch.get(0).isObject()) {
                throw new IllegalArgumentException("Not supported: merging '" + name + "'");
            }
            target.removeAll().addAll(patch);
            return;
        }
        for (JsonNode element : patch) {
            ObjectNode same = null;
            for (JsonNode candidate : target) {
                if (candidate.path(key).equals(element.path(key))) {
                    same = (ObjectNode) candidate;
                }
            }
            if (same == null) {
                target.add(element.deepCopy());
            } else {
                merge(same, (ObjectNode) element);
            }
        }
    }
}
