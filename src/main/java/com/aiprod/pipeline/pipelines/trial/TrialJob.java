package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlFields;
import com.aiprod.pipeline.pipelines.YamlNodes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A job that a command runs.
 *
 * @param fields the job as a pipeline gets it, without {@code job_id}
 * @param preset the preset that it names; null if the pipelines have none
 */
public record TrialJob(Map<String, Object> fields, Preset preset) {

    private static final String DEFAULT_PRESET = "quick_social";
    private static final String USER = "try";
    private static final int MAX_CONTENT_CHARACTERS = 10_000;
    private static final List<String> PRIORITIES = List.of("low", "normal", "high");

    /**
     * Reads the fields of {@code POST /pipeline/run}, and fills in the defaults of the API.
     *
     * @param node a mapping
     * @param own the presets of the pipeline that runs the job, by name
     * @param all the presets of all pipelines, by name
     * @param fields receives what is wrong
     * @return the job; without what is wrong
     */
    public static TrialJob read(Node node, Map<String, Preset> own, Map<String, Preset> all, YamlFields fields) {
        Map<String, Object> job = new LinkedHashMap<>();
        job.put("user_id", USER);
        job.put("content", null);
        job.put("preset", defaultPreset(own, all));
        job.put("metadata", Map.of());
        job.put("lang", "en");
        job.put("duration_sec", null);
        Node[] duration = new Node[1];
        Map<String, Consumer<Node>> known = new LinkedHashMap<>();
        known.put("content", value -> job.put("content", content(value, fields)));
        known.put("preset", value -> preset(value, all, job, fields));
        known.put("duration_sec", value -> {
            duration[0] = value;
            job.put("duration_sec", fields.value(value, "duration_sec", Integer.class, "an integer"));
        });
        known.put("lang", value -> job.put("lang", fields.text(value, "lang")));
        known.put("metadata", value -> job.put("metadata", fields.map(value, "metadata")));
        known.put("priority", value -> {
            String priority = fields.text(value, "priority");
            if (priority != null && !PRIORITIES.contains(priority)) {
                fields.fault(value, "'priority' is '" + priority + "': use low, normal, or high.");
            }
        });
        known.put("callback_url", value -> fields.text(value, "callback_url"));
        known.put("user_id", value -> job.put("user_id", fields.text(value, "user_id")));
        fields.read(node, "a job", known);
        if (job.get("content") == null && !YamlNodes.fields(node).containsKey("content")) {
            fields.fault(node, "A job needs 'content'.");
        }
        Preset preset = all.get(String.valueOf(job.get("preset")));
        if (preset != null) {
            Object wanted = job.get("duration_sec");
            if (wanted == null) {
                job.put("duration_sec", preset.defaultDurationSec());
            } else if ((int) wanted < 1 || (int) wanted > preset.maxDurationSec()) {
                fields.fault(
                        duration[0],
                        "'duration_sec' must be from 1 to " + preset.maxDurationSec() + ", the maximum for "
                                + preset.name() + ".");
            }
        }
        return new TrialJob(job, preset);
    }

    private static String defaultPreset(Map<String, Preset> own, Map<String, Preset> all) {
        if (own.isEmpty() ? all.containsKey(DEFAULT_PRESET) : own.containsKey(DEFAULT_PRESET)) {
            return DEFAULT_PRESET;
        }
        Map<String, Preset> first = own.isEmpty() ? all : own;
        return first.isEmpty() ? null : first.keySet().iterator().next();
    }

    private static void preset(Node node, Map<String, Preset> all, Map<String, Object> job, YamlFields fields) {
        String name = fields.text(node, "preset");
        if (name != null && !all.containsKey(name)) {
            fields.fault(
                    node,
                    "There is no preset '" + name + "'."
                            + NearName.suggest(name, all.keySet())
                                    .orElse(" The presets are " + String.join(", ", all.keySet()) + "."));
        } else if (name != null) {
            job.put("preset", name);
        }
    }

    private static String content(Node node, YamlFields fields) {
        String content = fields.text(node, "content");
        if (content == null) {
            return null;
        }
        String text = content.strip();
        if (text.codePointCount(0, text.length()) > MAX_CONTENT_CHARACTERS) {
            fields.fault(node, "'content' has more than 10,000 characters, which the API does not accept.");
        }
        return text;
    }
}
