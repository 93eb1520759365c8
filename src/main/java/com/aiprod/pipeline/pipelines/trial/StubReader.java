package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlFields;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads what takes the place of a step. */
public final class StubReader {

    private static final Set<String> KEYS = Set.of("body", "file", "throw", "retry", "status", "headers", "variables");

    private StubReader() {}

    /**
     * Reads a stub.
     *
     * @param node a mapping of the keys that {@link #KEYS} lists
     * @param lookUp the file of a name; null, and a fault, if there is none
     */
    static Stub read(Node node, YamlFields fields, Function<String, SourceFile> lookUp) {
        Object[] body = new Object[1];
        String[] failure = new String[1];
        Boolean[] passes = new Boolean[1];
        Integer[] status = new Integer[1];
        Map<String, Object> headers = new LinkedHashMap<>();
        Map<String, Object> variables = new LinkedHashMap<>();
        Map<String, Consumer<Node>> known = new LinkedHashMap<>();
        known.put("body", value -> body[0] = fields.value(value));
        known.put("file", value -> {
            String name = fields.text(value, "file");
            SourceFile file = name == null ? null : lookUp.apply(name);
            body[0] = file == null ? null : content(file, fields, YamlNodes.line(value));
        });
        known.put("throw", value -> {
            failure[0] = fields.text(value, "throw");
            if (failure[0] != null && !PipelineTestReader.isFailure(failure[0])) {
                fields.fault(value, "'throw' needs a code and a text, such as \"CONTENT_REFUSED: This is refused.\"");
            }
        });
        known.put("retry", value -> passes[0] = fields.value(value, "retry", Boolean.class, "true or false"));
        known.put("status", value -> status[0] = fields.value(value, "status", Integer.class, "a number such as 404"));
        known.put("headers", value -> headers.putAll(fields.map(value, "headers")));
        known.put("variables", value -> variables.putAll(fields.map(value, "variables")));
        fields.read(node, "a stub", known);
        Set<String> given = YamlNodes.fields(node).keySet();
        if (given.contains("body") && given.contains("file")) {
            fields.fault(node, "A stub has 'body' or 'file', not both.");
        }
        if (given.contains("throw")
                && given.stream().anyMatch(key -> !Set.of("throw", "retry").contains(key))) {
            fields.fault(node, "A stub that throws leaves nothing: it has 'throw' and 'retry' only.");
        } else if (given.contains("retry") && !given.contains("throw")) {
            fields.fault(node, "'retry' needs 'throw': it says whether a retry may help.");
        }
        boolean keepsBody = !given.contains("body") && !given.contains("file") && status[0] == null;
        return new Stub(body[0], keepsBody, status[0], headers, variables, failure[0], Boolean.TRUE.equals(passes[0]));
    }

    /**
     * The stub that a file of its own describes: a YAML file with {@code body}, {@code throw}, or {@code status}, and
     * other keys of a stub only, is a stub; any other file is the body.
     *
     * @param faults receives what is wrong
     */
    public static Stub of(SourceFile file, Function<String, SourceFile> lookUp, List<Fault> faults) {
        YamlFields fields = new YamlFields(file.location(), faults);
        if (file.location().matches(".*\\.ya?ml")) {
            Node root = YamlNodes.read(file, faults).orElse(null);
            if (root == null) {
                return Stub.of(null);
            }
            Set<String> keys = YamlNodes.fields(root).keySet();
            boolean isStub = KEYS.containsAll(keys)
                    && (keys.contains("body") || keys.contains("throw") || keys.contains("file"));
            return isStub ? read(root, fields, lookUp) : Stub.of(fields.value(root));
        }
        return Stub.of(content(file, fields, 0));
    }

    private static Object content(SourceFile file, YamlFields fields, int line) {
        if (file.location().endsWith(".json")) {
            try {
                return new ObjectMapper().readValue(file.text(), Object.class);
            } catch (JsonProcessingException e) {
                fields.fault(
                        line,
                        "The file " + file.location() + " is not JSON: line "
                                + e.getLocation().getLineNr() + ": " + YamlNodes.firstLine(e.getOriginalMessage())
                                + ".");
                return null;
            }
        }
        if (file.location().matches(".*\\.ya?ml")) {
            List<Fault> wrong = new ArrayList<>();
            Object value = YamlNodes.read(file, wrong)
                    .map(root -> new YamlFields(file.location(), wrong).value(root))
                    .orElse(null);
            wrong.forEach(fault -> fields.fault(line, "The file " + fault));
            return value;
        }
        return file.text();
    }
}
