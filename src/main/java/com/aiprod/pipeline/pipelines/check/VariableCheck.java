package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineSettings;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.component.http.HttpConstants;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Reports variables, job variables, and settings of the preset that expressions read, that nothing sets, and whose names
 * are near one that is set. A name that is not near may be set by a bean, or be optional. Reports headers of the HTTP
 * client that are misspelt, too.
 */
final class VariableCheck {

    /** What an attempt begins with, and what {@code NAME-stopped} gets. */
    private static final Set<String> GIVEN =
            Set.of("preset", "job", "jobId", "attempt", "userId", "requestId", "pipeline", "revision", "stopReason");

    /** Shorter names are near too many others. */
    private static final int SHORTEST = 4;

    private static final int MOST_EDITS = 2;

    private static final Pattern READ = Pattern.compile("\\$\\{variable\\.([A-Za-z_]\\w*)(?![\\w:(-])");
    private static final Pattern SETTING = Pattern.compile(
            "\\$\\{variable\\.preset\\??\\[['\"]?settings['\"]?]\\??\\[['\"]?([A-Za-z_][\\w-]*)['\"]?]");
    private static final Pattern REMEMBERED =
            Pattern.compile("\\$\\{variable\\.job\\??\\[['\"]?([A-Za-z_][\\w-]*)['\"]?]");
    private static final Set<String> HTTP_HEADERS = Arrays.stream(HttpConstants.class.getFields())
            .map(VariableCheck::constant)
            .filter(name -> name.startsWith("CamelHttp"))
            .collect(Collectors.toUnmodifiableSet());

    private static final Pattern HTTP_HEADER = Pattern.compile("\\$\\{headers?\\.(CamelHttp\\w*)");
    private static final Pattern SET_IN_SIMPLE = Pattern.compile("setVariable\\(\\s*['\"]?([A-Za-z_]\\w*)");
    private static final Pattern STORED = Pattern.compile("\\bjob:(?://)?([A-Za-z_][\\w-]*)");

    private final CheckScope scope;
    private final Set<String> variables = new TreeSet<>(GIVEN);
    private final Set<String> remembered = new TreeSet<>();
    private final Set<String> settings = new TreeSet<>();

    VariableCheck(CheckScope scope, PipelineSettings own) {
        this.scope = scope;
        own.presets()
                .values()
                .forEach(preset -> settings.addAll(preset.settings().keySet()));
    }

    /** Reports each name once for each place. */
    void check() {
        if (!scope.isComplete()) {
            return;
        }
        scope.steps().forEach(step -> {
            collect(step);
            httpHeader(step);
        });
        scope.files.stream().flatMap(file -> file.texts.stream()).forEach(text -> {
            add(SET_IN_SIMPLE, text, variables);
            add(STORED, text, remembered);
        });
        scope.files.stream().flatMap(file -> file.texts.stream()).distinct().forEach(text -> {
            read(READ, text, variables, "No step sets the variable '%s'.");
            read(REMEMBERED, text, remembered, "No step stores 'job:%s'.");
            read(HTTP_HEADER, text, HTTP_HEADERS, "There is no header '%s'.");
            read(SETTING, text, settings, "No preset of this pipeline has the setting '%s'.");
        });
    }

    private void collect(Step step) {
        for (String key : new String[] {"name", "variableReceive", "toVariable"}) {
            boolean names = !key.equals("name") || step.is("setVariable", "convertVariableTo");
            if (names && step.field(key) != null) {
                variables.add(step.field(key));
            }
        }
        Node all = step.fields.get("variables");
        if (step.is("setVariables") && all != null) {
            for (Node variable : YamlNodes.items(all)) {
                String name = YamlNodes.field(variable, "name");
                if (name != null) {
                    variables.add(name);
                }
            }
        }
        Node from = step.fields.get("from");
        String received = from == null ? null : YamlNodes.field(from, "variableReceive");
        if (received != null) {
            variables.add(received);
        }
    }

    private void httpHeader(Step step) {
        String name = step.field("name");
        if (step.is("setHeader", "removeHeader") && name != null && name.startsWith("CamelHttp")) {
            reportMisspelt(
                    name, new Text(name, step.fields.get("name"), step), HTTP_HEADERS, "There is no header '%s'.");
        }
    }

    private static String constant(Field field) {
        try {
            return String.valueOf(field.get(null));
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(Pattern pattern, Text text, Set<String> names) {
        Matcher matcher = pattern.matcher(text.value());
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
    }

    private void read(Pattern pattern, Text text, Set<String> known, String fault) {
        Matcher matcher = pattern.matcher(text.value());
        while (matcher.find()) {
            reportMisspelt(matcher.group(1), text, known, fault);
        }
    }

    private void reportMisspelt(String name, Text text, Set<String> known, String fault) {
        if (!known.contains(name) && name.length() >= SHORTEST) {
            NearName.nearest(name, known, MOST_EDITS)
                    .ifPresent(near ->
                            scope.faults.add(text.fault(fault.formatted(name) + " Did you mean '" + near + "'?")));
        }
    }
}
