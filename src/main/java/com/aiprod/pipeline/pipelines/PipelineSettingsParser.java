package com.aiprod.pipeline.pipelines;

import com.aiprod.pipeline.job.Preset;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.springframework.boot.convert.DurationStyle;

/** Reads {@code pipeline.yaml} and reports every fault with its line. */
final class PipelineSettingsParser {

    private static final Pattern SETTING_NAME = Pattern.compile("[a-z][a-z0-9]*([.-][a-z0-9]+)*");
    private static final Duration MIN_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(30);
    private static final Duration MAX_DELAY = Duration.ofMinutes(1);
    /** How deep maps and lists may be nested in a setting. */
    private static final int MAX_DEPTH = 20;

    private static final int MAX_SLOTS = 1000;
    private static final int MAX_REDELIVERIES = 10;
    static final int MAX_DURATION_SEC = 3600;

    private final SourceFile file;
    private final LoadSettings yaml;
    private final List<Fault> faults = new ArrayList<>();
    private final YamlFields fields;

    private String description;
    private final Set<String> requires = new LinkedHashSet<>();
    private Duration timeout;
    private Integer slots;
    private int redeliveries = PipelineSettings.DEFAULT_REDELIVERIES;
    private Duration delay = PipelineSettings.DEFAULT_DELAY;
    private final Map<String, Object> metadata = new LinkedHashMap<>();
    private final Map<String, Preset> presets = new LinkedHashMap<>();

    private PipelineSettingsParser(SourceFile file) {
        this.file = file;
        this.fields = new YamlFields(file.location(), faults);
        this.yaml = LoadSettings.builder()
                .setLabel(file.location())
                .setAllowNonScalarKeys(true)
                .build();
    }

    /**
     * Reads the file.
     *
     * @param faults receives what is wrong with it; what is wrong has its default in the returned settings
     */
    static PipelineSettings parse(SourceFile file, List<Fault> faults) {
        PipelineSettingsParser parser = new PipelineSettingsParser(file);
        parser.parse();
        faults.addAll(parser.faults);
        return new PipelineSettings(
                parser.description,
                parser.requires,
                parser.timeout,
                parser.slots,
                parser.redeliveries,
                parser.delay,
                parser.presets);
    }

    private void parse() {
        Optional<Node> root = YamlNodes.read(file, faults);
        if (root.isEmpty()) {
            return;
        }
        fields.read(
                root.get(),
                "pipeline.yaml",
                new TreeMap<>(Map.of(
                        "description",
                        value -> description = text("description", value),
                        "requires",
                        this::requires,
                        "timeout",
                        value -> timeout = duration("timeout", value, MIN_TIMEOUT, MAX_TIMEOUT),
                        "slots",
                        value -> slots = number("slots", value, 1, MAX_SLOTS),
                        "retry",
                        this::retry,
                        "metadata",
                        this::metadata,
                        "presets",
                        this::presets)));
        presets.replaceAll((name, preset) -> preset.withMetadata(metadata));
    }

    private void requires(Node node) {
        if (!(node instanceof SequenceNode names)) {
            fields.fault(node, "'requires' is not a list of settings.");
            return;
        }
        for (Node name : names.getValue()) {
            if (SETTING_NAME.matcher(scalar(name)).matches()) {
                requires.add(scalar(name));
            } else {
                fields.fault(
                        name, "This is %s, and not the name of a setting, such as genai.token.".formatted(shown(name)));
            }
        }
    }

    private void retry(Node node) {
        fields.read(
                node,
                "retry",
                new TreeMap<>(Map.of(
                        "redeliveries",
                        value -> Optional.ofNullable(number("redeliveries", value, 0, MAX_REDELIVERIES))
                                .ifPresent(number -> redeliveries = number),
                        "delay",
                        value -> Optional.ofNullable(duration("delay", value, Duration.ofMillis(1), MAX_DELAY))
                                .ifPresent(pause -> delay = pause))));
    }

    /** The value that a path of keys and indexes leads to, or the last one on the way there. */
    private static Node inside(Node node, List<String> path) {
        Node at = node;
        for (String name : path) {
            Node next = YamlNodes.fields(at).get(name);
            if (next == null && name.matches("[0-9]{1,6}")) {
                next = YamlNodes.items(at).stream()
                        .skip(Integer.parseInt(name))
                        .findFirst()
                        .orElse(null);
            }
            at = next == null ? at : next;
        }
        return at;
    }

    private void metadata(Node node) {
        int before = faults.size();
        Map<String, Object> schema = new LinkedHashMap<>();
        entries("metadata", node, schema);
        if (faults.size() == before) {
            MetadataSchema.flaws(schema)
                    .forEach(flaw -> fields.fault(inside(node, flaw.path()), "'metadata' " + flaw.text()));
            metadata.putAll(schema);
        }
    }

    private void presets(Node node) {
        if (!(node instanceof MappingNode mapping)) {
            fields.fault(node, "'presets' is not a mapping of names to presets.");
            return;
        }
        Set<String> seen = new LinkedHashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            String name = scalar(entry.getKeyNode());
            if (!Preset.isName(name)) {
                fields.fault(
                        entry.getKeyNode(),
                        "'" + name
                                + "' cannot be the name of a preset: use a lower-case letter, then a-z, 0-9 and _, at most 64.");
            } else if (!seen.add(name)) {
                fields.fault(entry.getKeyNode(), "The preset '" + name + "' is here twice.");
            } else {
                preset(name, entry);
            }
        }
    }

    private void preset(String name, NodeTuple entry) {
        String[] said = new String[1];
        Integer[] durations = new Integer[2];
        Map<String, Object> settings = new LinkedHashMap<>();
        int before = faults.size();
        fields.read(
                entry.getValueNode(),
                "the preset " + name,
                new TreeMap<>(Map.of(
                        "description", value -> said[0] = text("description", value),
                        "default_duration_sec",
                                value -> durations[0] = number("default_duration_sec", value, 1, MAX_DURATION_SEC),
                        "max_duration_sec",
                                value -> durations[1] = number("max_duration_sec", value, 1, MAX_DURATION_SEC),
                        "settings", value -> entries("settings", value, settings))));
        if (faults.size() > before) {
            return;
        }
        if (said[0] == null || durations[1] == null) {
            fields.fault(entry.getKeyNode(), "The preset '" + name + "' needs description and max_duration_sec.");
        } else if (durations[0] != null && durations[0] > durations[1]) {
            fields.fault(
                    entry.getKeyNode(),
                    "The preset '" + name + "' has a default_duration_sec above its max_duration_sec.");
        } else {
            presets.put(name, new Preset(name, said[0], durations[0], durations[1], settings, Map.of()));
        }
    }

    private void entries(String key, Node node, Map<String, Object> settings) {
        if (!(node instanceof MappingNode mapping)) {
            fields.fault(node, "'" + key + "' is not a mapping.");
            return;
        }
        for (NodeTuple entry : mapping.getValue()) {
            String name = scalar(entry.getKeyNode());
            if (name.isEmpty()) {
                fields.fault(entry.getKeyNode(), "This is not the name of a setting.");
            } else if (settings.containsKey(name)) {
                fields.fault(entry.getKeyNode(), "The setting '" + name + "' is here twice.");
            } else {
                settings.put(name, setting(name, entry.getValueNode()));
            }
        }
    }

    private Object setting(String name, Node node) {
        try {
            Object value = constructed(node);
            if (isJson(value, MAX_DEPTH)) {
                return value;
            }
            fields.fault(node, "The setting '" + name + "' cannot be written as JSON.");
        } catch (MarkedYamlEngineException e) {
            fields.fault(node, "The setting '%s' is wrong: %s.".formatted(name, e.getProblem()));
        } catch (YamlEngineException e) {
            fields.fault(node, "The setting '%s' does not fit its tag.".formatted(name));
        }
        return null;
    }

    /** Whether the routes, the database, and the API can read it. A value that contains itself has no depth. */
    private static boolean isJson(Object value, int depth) {
        if (value instanceof Map<?, ?> map) {
            return depth > 0
                    && map.entrySet().stream()
                            .allMatch(entry -> entry.getKey() instanceof String && isJson(entry.getValue(), depth - 1));
        }
        if (value instanceof List<?> list) {
            return depth > 0 && list.stream().allMatch(entry -> isJson(entry, depth - 1));
        }
        return value == null
                || value instanceof String
                || value instanceof Boolean
                || (value instanceof Number number && Double.isFinite(number.doubleValue()));
    }

    private String text(String key, Node node) {
        String value = Tag.NULL.equals(node.getTag()) ? "" : scalar(node).strip();
        if (value.isEmpty() || value.chars().anyMatch(Character::isISOControl)) {
            fields.fault(node, "'" + key + "' is not one line of text.");
            return null;
        }
        return value;
    }

    private Integer number(String key, Node node, int least, int most) {
        try {
            if (Tag.INT.equals(node.getTag())
                    && constructed(node) instanceof Integer number
                    && number >= least
                    && number <= most) {
                return number;
            }
        } catch (YamlEngineException e) {
            // Its tag promises a number: reported below.
        }
        fields.fault(node, "'%s' is %s, and not an integer from %s to %s.".formatted(key, shown(node), least, most));
        return null;
    }

    private Duration duration(String key, Node node, Duration least, Duration most) {
        String value = scalar(node);
        try {
            // A plain number has no unit, and nobody could tell seconds from milliseconds.
            if (!value.matches("[+-]?[0-9.]*")) {
                Duration duration = DurationStyle.detectAndParse(value);
                if (duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0) {
                    return duration;
                }
            }
        } catch (IllegalArgumentException e) {
            // Reported below, like a duration out of bounds.
        }
        fields.fault(
                node,
                "'%s' is %s, and not a duration with a unit, such as 90s, from %s to %s."
                        .formatted(key, shown(node), text(least), text(most)));
        return null;
    }

    private static String text(Duration duration) {
        return duration.toSeconds() > 0 ? duration.toSeconds() + "s" : duration.toMillis() + "ms";
    }

    private static String scalar(Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    private static String shown(Node node) {
        if (node instanceof ScalarNode scalar) {
            return (scalar.isPlain() ? "" : "the text ") + "'" + scalar.getValue() + "'";
        }
        return node instanceof MappingNode ? "a mapping" : "a list";
    }

    private Object constructed(Node node) {
        return new StandardConstructor(yaml).constructSingleDocument(Optional.of(node));
    }
}
