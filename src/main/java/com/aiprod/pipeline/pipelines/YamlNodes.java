package com.aiprod.pipeline.pipelines;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.camel.util.StringHelper;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.NodeType;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads YAML as nodes that know their lines. */
public final class YamlNodes {

    /** What a route file of this size would hold, nobody edits by hand; Camel's parser stops at three times as much. */
    static final int MAX_CHARACTERS = 1_000_000;

    private static final Pattern BEGINS_WITH_PLACEHOLDER = Pattern.compile("^[\\s-]*[\\w-]+:\\s+\\{\\{");

    private static final Pattern LOOKS_LIKE_A_KEY = Pattern.compile("\\s*(- )?[A-Za-z][A-Za-z-]*:( .*)?");

    private YamlNodes() {}

    /**
     * Reads the only document of a file.
     *
     * @param faults receives why it cannot be read
     */
    public static Optional<Node> read(SourceFile file, List<Fault> faults) {
        String text = withoutByteOrderMark(file.text());
        Fault unreadable = unreadable(file.location(), text);
        if (unreadable != null) {
            faults.add(unreadable);
            return Optional.empty();
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(file.location())
                .setCodePointLimit(MAX_CHARACTERS + 1)
                .setAllowNonScalarKeys(true)
                .build();
        try {
            Optional<Node> root = new Compose(settings).composeString(text);
            if (root.isEmpty() || isNull(root.get())) {
                faults.add(new Fault(
                        file.location(), 0, null, "The file is empty: write something into it, or delete it."));
                return Optional.empty();
            }
            return root;
        } catch (MarkedYamlEngineException e) {
            int opening = unclosedQuote(settings, text);
            faults.add(
                    opening > 0
                            ? new Fault(
                                    file.location(), opening, null, "The quotation mark that opens here is not closed.")
                            : new Fault(file.location(), line(place(e)), null, explain(e, text)));
        } catch (YamlEngineException e) {
            faults.add(new Fault(file.location(), 0, null, "This is not YAML: " + firstLine(e.getMessage()) + "."));
        } catch (StackOverflowError e) {
            faults.add(new Fault(file.location(), 0, null, "The file is nested too deeply."));
        }
        return Optional.empty();
    }

    /** Some editors write one; it is not part of the text. */
    public static String withoutByteOrderMark(String text) {
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static Fault unreadable(String location, String text) {
        if (text.length() > MAX_CHARACTERS) {
            return new Fault(location, 0, null, "The file has more than " + MAX_CHARACTERS + " characters.");
        }
        int line = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n') {
                line++;
            } else if (c == '\uFFFD') {
                return new Fault(location, line, null, "This line is not UTF-8: save the file in that encoding.");
            } else if ((c < ' ' && c != '\r' && c != '\t') || c == '\u007F') {
                return new Fault(
                        location,
                        line,
                        null,
                        "This line has the control character U+%04X, which YAML does not allow.".formatted((int) c));
            }
        }
        return null;
    }

    /** The line of a quotation mark that swallowed the keys after it; 0 if there is none. */
    private static int unclosedQuote(LoadSettings settings, String text) {
        String[] lines = text.split("\\R", -1);
        try {
            for (Event event : new Parse(settings).parseString(text)) {
                if (event instanceof ScalarEvent scalar
                        && (scalar.getScalarStyle() == ScalarStyle.DOUBLE_QUOTED
                                || scalar.getScalarStyle() == ScalarStyle.SINGLE_QUOTED)) {
                    int first = line(scalar.getStartMark());
                    for (int next = first + 1; next <= Math.min(line(scalar.getEndMark()), lines.length); next++) {
                        if (LOOKS_LIKE_A_KEY.matcher(lines[next - 1]).matches()) {
                            return first;
                        }
                    }
                }
            }
        } catch (MarkedYamlEngineException e) {
            return e.getContext() != null && e.getContext().contains("quoted scalar") ? line(e.getContextMark()) : 0;
        } catch (YamlEngineException e) {
            return 0;
        }
        return 0;
    }

    private static Optional<Mark> place(MarkedYamlEngineException e) {
        boolean beganEarlier = e.getContext() != null && e.getContext().contains("simple key");
        return beganEarlier && e.getContextMark().isPresent() ? e.getContextMark() : e.getProblemMark();
    }

    private static String explain(MarkedYamlEngineException e, String text) {
        String problem = String.valueOf(e.getProblem());
        String written =
                text.lines().skip(Math.max(0, line(place(e)) - 1)).findFirst().orElse("");
        if (BEGINS_WITH_PLACEHOLDER.matcher(written).find()) {
            return "Put the value into quotation marks, because it begins with a placeholder.";
        }
        if (problem.contains("TAB")) {
            return "A tab cannot indent YAML: use spaces.";
        }
        if (problem.contains("cannot start any token")) {
            return "A text that begins with this character needs quotation marks.";
        }
        if (problem.contains("mapping values are not allowed")) {
            return "This ':' is not allowed here: indent the line like the ones around it, or put the text into"
                    + " quotation marks.";
        }
        if (problem.contains("could not find expected ':'")) {
            return "This line is neither 'key: value' nor an item of a list: a ':' is missing.";
        }
        if (problem.contains("expected <block end>")) {
            return "The indentation of this line does not fit the lines above it.";
        }
        if (problem.contains("undefined alias")) {
            return "A text that begins with '*' needs quotation marks.";
        }
        if (problem.contains("another document")) {
            return "A file holds one document: remove this '---'.";
        }
        return "This is not YAML: " + firstLine(problem) + ".";
    }

    /** The first line of a message; empty for null. */
    public static String firstLine(String text) {
        return text == null ? "" : text.strip().lines().findFirst().orElse("").strip();
    }

    /** The line where a node begins, counted from 1; 0 if unknown. */
    public static int line(Node node) {
        return line(node.getStartMark());
    }

    private static int line(Optional<Mark> mark) {
        return mark.map(place -> place.getLine() + 1).orElse(0);
    }

    /** Whether a value is empty, {@code ~}, or {@code null}. */
    public static boolean isNull(Node node) {
        return node.getNodeType() == NodeType.SCALAR && node.getTag().equals(Tag.NULL);
    }

    /** The text of a scalar; null for anything else, and for no value. */
    public static String text(Node node) {
        return node instanceof ScalarNode scalar && !isNull(scalar) ? scalar.getValue() : null;
    }

    /** The values of a mapping by key, in Camel's spelling ({@code do-try} is {@code doTry}); empty for anything else. */
    public static Map<String, Node> fields(Node node) {
        Map<String, Node> fields = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple entry : mapping.getValue()) {
                String key = text(entry.getKeyNode());
                if (key != null) {
                    fields.putIfAbsent(StringHelper.dashToCamelCase(key), entry.getValueNode());
                }
            }
        }
        return fields;
    }

    /** The items of a list; empty for anything else. */
    public static List<Node> items(Node node) {
        return node instanceof SequenceNode list ? list.getValue() : List.of();
    }

    /** The text of a field; null if there is none. */
    public static String field(Node node, String key) {
        Node value = fields(node).get(key);
        return value == null ? null : text(value);
    }
}
