package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlFields;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.trial.PipelineTest.Expected;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Reads the tests of one {@code *.test.yaml}, and reports every fault with its line. */
final class PipelineTestReader {

    private static final Pattern FAILURE = Pattern.compile("[A-Z0-9_]{1,64}\\s*:.*", Pattern.DOTALL);

    private final PipelineFiles pipeline;
    private final SourceFile file;
    private final Set<String> steps;
    private final Map<String, Preset> own;
    private final Map<String, Preset> all;
    private final List<Fault> faults;
    private final YamlFields fields;

    private PipelineTestReader(
            PipelineFiles pipeline,
            SourceFile file,
            Set<String> steps,
            Map<String, Preset> own,
            Map<String, Preset> all,
            List<Fault> faults) {
        this.pipeline = pipeline;
        this.file = file;
        this.steps = steps;
        this.own = own;
        this.all = all;
        this.faults = faults;
        this.fields = new YamlFields(file.location(), faults);
    }

    /**
     * Reads the tests.
     *
     * @param steps the IDs of the pipeline's steps
     * @param own the presets of the pipeline, by name
     * @param all the presets of all pipelines, by name
     * @param faults receives what is wrong
     * @return the tests that can run
     */
    static List<PipelineTest> read(
            PipelineFiles pipeline,
            SourceFile file,
            Set<String> steps,
            Map<String, Preset> own,
            Map<String, Preset> all,
            List<Fault> faults) {
        return new PipelineTestReader(pipeline, file, steps, own, all, faults).tests();
    }

    private List<PipelineTest> tests() {
        List<PipelineTest> tests = new ArrayList<>();
        YamlNodes.read(file, faults).ifPresent(root -> {
            if (!(root instanceof SequenceNode list)) {
                fields.fault(root, "This is not a list of tests: begin each test with '- test: NAME'.");
                return;
            }
            for (Node node : list.getValue()) {
                int before = faults.size();
                PipelineTest test = test(node);
                if (faults.size() == before) {
                    tests.add(test);
                }
            }
        });
        return tests;
    }

    private PipelineTest test(Node node) {
        String[] name = new String[1];
        TrialJob[] job = new TrialJob[1];
        Map<String, Stub> stubs = new LinkedHashMap<>();
        Map<String, Object> variables = new LinkedHashMap<>();
        List<Expected> expected = new ArrayList<>();
        Map<String, Consumer<Node>> known = new LinkedHashMap<>();
        known.put("test", value -> name[0] = fields.text(value, "test"));
        known.put("job", value -> job[0] = TrialJob.read(value, own, all, fields));
        known.put(
                "stubs",
                value -> fields.entries(value, "'stubs' has the ID of a step before each stub")
                        .forEach((id, stub) -> {
                            step(stub, id);
                            stubs.put(id, stub(stub));
                        }));
        known.put("variables", value -> variables.putAll(fields.map(value, "variables")));
        known.put("expect", value -> expect(value, expected));
        fields.read(node, "a test", known);
        if (YamlNodes.fields(node).isEmpty()) {
            return null;
        }
        require(node, "test", "Name the test: 'test: what should happen'.");
        require(node, "job", "The test needs a 'job'.");
        require(node, "expect", "The test needs 'expect', with what should happen.");
        variables.values().removeIf(value -> value == null);
        return new PipelineTest(name[0], file.location(), YamlNodes.line(node), job[0], stubs, variables, expected);
    }

    private void require(Node node, String key, String message) {
        if (!YamlNodes.fields(node).containsKey(key)) {
            fields.fault(node, message);
        }
    }

    private void step(Node node, String id) {
        if (!steps.contains(id)) {
            fields.fault(
                    node,
                    "The pipeline has no step '" + id + "'."
                            + NearName.suggest(id, steps).orElse(""));
        }
    }

    private Stub stub(Node node) {
        return StubReader.read(node, fields, name -> {
            SourceFile found = pipeline.files().get(name);
            if (found == null) {
                fields.fault(
                        node,
                        "The pipeline has no file '" + name + "'."
                                + NearName.suggest(name, pipeline.files().keySet())
                                        .orElse(""));
            }
            return found;
        });
    }

    private void expect(Node node, List<Expected> expected) {
        Map<String, Consumer<Node>> known = new LinkedHashMap<>();
        known.put("code", value -> add(expected, "code", fields.text(value, "code"), value));
        known.put("message", value -> add(expected, "message", pattern(value, fields.text(value, "message")), value));
        known.put("output", value -> {
            Map<String, Object> output = fields.map(value, "output");
            patterns(value, output);
            add(expected, "output", output, value);
        });
        known.put("steps", value -> add(expected, "steps", steps(value, "steps"), value));
        known.put("not_steps", value -> add(expected, "not_steps", steps(value, "not_steps"), value));
        known.put("calls", value -> {
            Map<String, Object> calls = fields.map(value, "calls");
            calls.forEach((id, times) -> {
                step(value, id);
                if (!(times instanceof Integer number) || number < 0) {
                    fields.fault(value, "'calls' of the step '" + id + "' is not a number of times.");
                }
            });
            add(expected, "calls", calls, value);
        });
        known.put("artifacts", value -> add(expected, "artifacts", fields.texts(value, "artifacts"), value));
        known.put("variables", value -> {
            Map<String, Object> variables = fields.map(value, "variables");
            patterns(value, variables);
            add(expected, "variables", variables, value);
        });
        fields.read(node, "'expect'", known);
        if (YamlNodes.fields(node).containsKey("code") && YamlNodes.fields(node).containsKey("output")) {
            fields.fault(node, "'expect' has both 'code' and 'output': a job that fails has no output.");
        }
    }

    private static void add(List<Expected> expected, String kind, Object value, Node node) {
        expected.add(new Expected(kind, value, YamlNodes.line(node)));
    }

    private List<String> steps(Node node, String key) {
        List<String> ids = fields.texts(node, key);
        ids.forEach(id -> step(node, id));
        return ids;
    }

    private void patterns(Node node, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.values().forEach(inner -> patterns(node, inner));
        } else if (value instanceof List<?> list) {
            list.forEach(inner -> patterns(node, inner));
        } else if (value instanceof String text) {
            pattern(node, text);
        }
    }

    private String pattern(Node node, String text) {
        if (Comparison.isPattern(text)) {
            try {
                Pattern.compile(Comparison.inside(text));
            } catch (PatternSyntaxException e) {
                fields.fault(node, "The pattern " + text + " is wrong: " + e.getDescription() + ".");
            }
        }
        return text;
    }

    /** Whether a text is a code and a message, as {@code throwException} takes them. */
    static boolean isFailure(String text) {
        return FAILURE.matcher(text).matches();
    }
}
