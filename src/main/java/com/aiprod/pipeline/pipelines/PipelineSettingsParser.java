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
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
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

    private static final Pattern PRESET_NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
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

    private String description;
    private final Set<String> requires = new LinkedHashSet<>();
    private Duration timeout;
    private Integer slots;
    private int redeliveries = PipelineSettings.DEFAULT_REDELIVERIES;
    private Duration delay = PipelineSettings.DEFAULT_DELAY;
    private final Map<String, Preset> presets = new LinkedHashMap<>();

    private PipelineSettingsParser(SourceFile file) {
        this.file = file;
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
        if (file.text().indexOf('\uFFFD') >= 0) {
            long line = file.text()
                    .substring(0, file.text().indexOf('\uFFFD'))
                    .lines()
                    .count();
            notYaml((int) Math.max(1, line), "a character is not UTF-8");
            return;
        }
        Optional<Node> root;
        try {
            root = new Compose(yaml).composeString(file.text());
        } catch (MarkedYamlEngineException e) {
            int line = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
            // "expected a single document …" and "but found another one" are in two parts.
            notYaml(line, e.getProblem().startsWith("but ") ? e.getContext() + " " + e.getProblem() : e.getProblem());
            return;
        } catch (YamlEngineException e) {
            notYaml(0, e.getMessage());
            return;
        }
        if (root.isEmpty()) {
            faults.add(new Fault(file.location(), 0, null, "The file is empty."));
            return;
        }
        keys(
                root.get(),
                "pipeline.yaml",
                Map.of(
                        "description", (key, value) -> description = text(key, value),
                        "requires", (key, value) -> requires(value),
                        "timeout", (key, value) -> timeout = duration(key, value, MIN_TIMEOUT, MAX_TIMEOUT),
                        "slots", (key, value) -> slots = number(key, value, 1, MAX_SLOTS),
                        "retry", (key, value) -> retry(value),
                        "presets", (key, value) -> presets(value)));
    }

    private void notYaml(int line, String problem) {
        faults.add(new Fault(
                file.location(),
                line,
                null,
                "This is not YAML: " + problem.strip().replaceAll("\\s+", " ").replaceAll("\\.+$", "") + "."));
    }

    private void requires(Node node) {
        if (!(node instanceof SequenceNode names)) {
            fault(node, "'requires' is not a list of settings.");
            return;
        }
        for (Node name : names.getValue()) {
            if (SETTING_NAME.matcher(scalar(name)).matches()) {
                requires.add(scalar(name));
            } else {
                fault(name, "This is %s, and not the name of a setting, such as genai.token.".formatted(shown(name)));
            }
        }
    }

    private void retry(Node node) {
        keys(
                node,
                "retry",
                Map.of(
                        "redeliveries",
                        (key, value) -> Optional.ofNullable(number(key, value, 0, MAX_REDELIVERIES))
                                .ifPresent(number -> redeliveries = number),
                        "delay",
                        (key, value) -> Optional.ofNullable(duration(key, value, Duration.ofMillis(1), MAX_DELAY))
                                .ifPresent(pause -> delay = pause)));
    }

    private void presets(Node node) {
        if (!(node instanceof MappingNode mapping)) {
            fault(node, "'presets' is not a mapping of names to presets.");
            return;
        }
        Set<String> seen = new LinkedHashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            String name = scalar(entry.getKeyNode());
            if (!PRESET_NAME.matcher(name).matches()) {
                fault(
                        entry.getKeyNode(),
                        "'" + name
                                + "' cannot be the name of a preset: use a lower-case letter, then a-z, 0-9 and _, at most 64.");
            } else if (!seen.add(name)) {
                fault(entry.getKeyNode(), "The preset '" + name + "' is here twice.");
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
        keys(
                entry.getValueNode(),
                "the preset " + name,
                Map.of(
                        "description", (key, value) -> said[0] = text(key, value),
                        "default_duration_sec", (key, value) -> durations[0] = number(key, value, 1, MAX_DURATION_SEC),
                        "max_duration_sec", (key, value) -> durations[1] = number(key, value, 1, MAX_DURATION_SEC),
                        "settings", (key, value) -> settings(value, settings)));
        if (faults.size() > before) {
            return;
        }
        if (said[0] == null || durations[0] == null || durations[1] == null) {
            fault(
                    entry.getKeyNode(),
                    "The preset '" + name + "' needs description, default_duration_sec, and max_duration_sec.");
        } else if (durations[0] > durations[1]) {
            fault(
                    entry.getKeyNode(),
                    "The preset '" + name + "' has a default_duration_sec above its max_duration_sec.");
        } else {
            presets.put(name, new Preset(name, said[0], durations[0], durations[1], settings));
        }
    }

    private void settings(Node node, Map<String, Object> settings) {
        if (!(node instanceof MappingNode mapping)) {
            fault(node, "'settings' is not a mapping.");
            return;
        }
        for (NodeTuple entry : mapping.getValue()) {
            String name = scalar(entry.getKeyNode());
            if (name.isEmpty()) {
                fault(entry.getKeyNode(), "This is not the name of a setting.");
            } else if (settings.containsKey(name)) {
                fault(entry.getKeyNode(), "The setting '" + name + "' is here twice.");
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
            fault(node, "The setting '" + name + "' cannot be written as JSON.");
        } catch (MarkedYamlEngineException e) {
            fault(node, "The setting '%s' is wrong: %s.".formatted(name, e.getProblem()));
        } catch (YamlEngineException e) {
            fault(node, "The setting '%s' does not fit its tag.".formatted(name));
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

    private void keys(Node node, String where, Map<String, BiConsumer<String, Node>> known) {
        if (!(node instanceof MappingNode mapping)) {
            fault(node, "This is not a mapping: " + where + " has the keys " + list(known.keySet()) + ".");
            return;
        }
        Set<String> seen = new LinkedHashSet<>();
        for (NodeTuple entry : mapping.getValue()) {
            String key = scalar(entry.getKeyNode());
            BiConsumer<String, Node> read = known.get(key);
            if (read == null) {
                fault(
                        entry.getKeyNode(),
                        "There is no key '" + key + "' in " + where + "."
                                + NearName.suggest(key, known.keySet())
                                        .orElse(" Its keys are " + list(known.keySet()) + "."));
            } else if (!seen.add(key)) {
                fault(entry.getKeyNode(), "The key '" + key + "' is here twice.");
            } else {
                read.accept(key, entry.getValueNode());
            }
        }
    }

    private static String list(Set<String> names) {
        return String.join(", ", names.stream().sorted().toList());
    }

    private String text(String key, Node node) {
        String value = Tag.NULL.equals(node.getTag()) ? "" : scalar(node).strip();
        if (value.isEmpty() || value.chars().anyMatch(Character::isISOControl)) {
            fault(node, "'" + key + "' is not one line of text.");
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
        fault(node, "'%s' is %s, and not an integer from %s to %s.".formatted(key, shown(node), least, most));
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
        fault(
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

    private void fault(Node node, String message) {
        faults.add(new Fault(
                file.location(),
                node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0),
                null,
                message));
    }
}
