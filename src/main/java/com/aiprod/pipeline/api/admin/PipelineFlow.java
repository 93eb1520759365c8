package com.aiprod.pipeline.api.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import org.yaml.snakeyaml.error.YAMLException;

/** Describes the routes of a revision, for a diagram: {@code bean: {ref: pipelineFlow, method: describe}}. */
@Component("pipelineFlow")
public class PipelineFlow {

    private static final String ROUTE_FILE = ".camel.yaml";

    private final ObjectMapper json;

    PipelineFlow(ObjectMapper json) {
        this.json = json;
    }

    /**
     * A route.
     *
     * @param from what starts it, such as {@code direct:video}
     * @param line where it is in the file, counted from 1
     */
    record FlowRoute(String id, String description, String from, String file, int line, List<FlowStep> steps) {}

    /**
     * A step of a route.
     *
     * @param type the Camel EIP, such as {@code to} or {@code choice}
     * @param id null if it has none
     * @param detail what it calls or sets: an address, {@code bean.method}, or a name; null if that says nothing
     * @param calls the ID of the route of this pipeline that it calls; null if it calls none
     * @param branches what it contains: one without a label for its own steps, others for {@code when} and the like
     */
    record FlowStep(
            String type,
            String id,
            String description,
            String detail,
            String calls,
            int line,
            List<FlowBranch> branches) {}

    /**
     * Steps within a step.
     *
     * @param kind {@code steps}, {@code when}, {@code otherwise}, {@code doCatch}, {@code doFinally}, or {@code onFallback}
     * @param condition the expression or the exceptions that lead here; null if there are none
     */
    record FlowBranch(String kind, String id, String condition, List<FlowStep> steps) {}

    /**
     * Adds {@code flow} to the document of {@code describe-revision.sql}: the routes of its files, the pipeline's own
     * first, or null if a file of a refused revision cannot be read.
     *
     * @param revision the document
     * @return the document with its flow
     */
    public String describe(String revision) throws JsonProcessingException {
        ObjectNode document = (ObjectNode) json.readTree(revision);
        document.set("flow", json.valueToTree(routes(document.path("pipeline").asText(), document.path("files"))));
        return json.writeValueAsString(document);
    }

    private static List<FlowRoute> routes(String pipeline, JsonNode files) {
        Map<String, JsonNode> byName = new TreeMap<>();
        files.properties().forEach(file -> byName.put(file.getKey(), file.getValue()));
        List<FlowRouteReader> readers = new ArrayList<>();
        Map<String, String> routesByAddress = new HashMap<>();
        try {
            byName.forEach((name, file) -> {
                if (name.endsWith(ROUTE_FILE)) {
                    FlowRouteReader reader =
                            new FlowRouteReader(name, file.path("text").asText());
                    routesByAddress.putAll(reader.addresses());
                    readers.add(reader);
                }
            });
            List<FlowRoute> routes = new ArrayList<>();
            readers.forEach(reader -> routes.addAll(reader.routes(routesByAddress)));
            routes.sort((a, b) -> Boolean.compare(b.id().equals(pipeline), a.id().equals(pipeline)));
            return routes;
        } catch (YAMLException | IllegalArgumentException e) {
            return null;
        }
    }
}
