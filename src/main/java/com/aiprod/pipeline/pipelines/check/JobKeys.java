package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.nodes.Node;

/** The keys of the job, which is the body at the start of a pipeline, and those that the pipeline adds. */
final class JobKeys {

    /** The keys of the job whose values are texts. */
    static final Set<String> TEXTS = Set.of("job_id", "user_id", "content", "preset", "lang");

    private static final Set<String> OTHERS = Set.of("metadata", "duration_sec");

    private static final Pattern PUT = Pattern.compile("\\bput(?:IfAbsent)?\\(\\s*['\"]([^'\"]+)['\"]");
    private static final Pattern ANY_CHANGE = Pattern.compile("\\b(put\\w*|merge|compute\\w*|replace|remove)\\(");
    private static final Pattern INDEX = Pattern.compile("\\$\\{body\\??\\[\\s*['\"]?([A-Za-z_][\\w-]*)['\"]?\\s*]");
    private static final Pattern GET =
            Pattern.compile("\\$\\{body\\??\\.get\\(\\s*['\"]?([A-Za-z_][\\w-]*)['\"]?\\s*\\)");
    private static final Pattern MEMBER_OF_TEXT = Pattern.compile(
            "\\$\\{body\\??\\[\\s*['\"]?(" + String.join("|", TEXTS) + ")['\"]?\\s*]\\??\\.([A-Za-z_]\\w*)(\\()?");
    private static final Pattern DOT = Pattern.compile("\\$\\{body\\??\\.([A-Za-z_]\\w*)(?![\\w(])");

    /** The stages of the video that leave the job, and what they add to it. */
    private static final Map<String, Set<String>> STAGES = Map.of(
            "optionsStage.check", Set.of(),
            "sanitizeStage.sanitize", Set.of(),
            "storyboardStage.plan", Set.of("storyboard", "title", "omitted"),
            "renderStage.render", Set.of("render"),
            "checkStage.check", Set.of());

    private final CheckScope scope;
    private final Set<String> keys = new TreeSet<>(TEXTS);
    private final Set<String> replaced = new TreeSet<>();
    private boolean areKnown = true;

    /** Collects the keys that the files put into the job. */
    JobKeys(CheckScope scope) {
        this.scope = scope;
        keys.addAll(OTHERS);
        scope.steps().map(JobKeys::call).forEach(call -> keys.addAll(STAGES.getOrDefault(call, Set.of())));
        for (RouteFile file : scope.files) {
            for (Text text : file.texts) {
                Matcher put = PUT.matcher(text.value());
                int named = 0;
                while (put.find()) {
                    keys.add(put.group(1));
                    replaced.add(put.group(1));
                    named++;
                }
                Matcher change = ANY_CHANGE.matcher(text.value());
                int all = 0;
                while (change.find()) {
                    // Texts have replace(), too, which changes no key.
                    all += change.group(1).equals("replace") || change.group(1).equals("remove") ? 0 : 1;
                }
                areKnown &= all == named;
            }
        }
    }

    /** Whether a step is a stage of the application that leaves the job as the body. */
    static boolean isStage(CheckScope scope, Step step) {
        return STAGES.containsKey(call(step))
                && scope.files.stream().noneMatch(file -> file.beans.containsKey(step.field("ref")));
    }

    private static String call(Step step) {
        return step.is("bean") ? step.field("ref") + "." + step.field("method") : "";
    }

    /** Reports keys that the job does not have, where its Map reaches the step. */
    void check(Step step) {
        if (!areKnown) {
            return;
        }
        List<Text> texts = new ArrayList<>();
        step.expressions.forEach(expression -> {
            if (expression.language().equals("simple") || expression.language().equals("method")) {
                texts.add(expression.text());
            }
        });
        step.endpoints.stream()
                .filter(endpoint -> endpoint.role().equals("toD"))
                .forEach(endpoint -> texts.add(endpoint.uri()));
        for (String key : List.of("message", "name", "method")) {
            Node node = step.fields.get(key);
            if (node != null
                    && YamlNodes.text(node) != null
                    && step.is("log", "throwException", "setVariable", "setHeader", "bean")) {
                texts.add(new Text(YamlNodes.text(node), node, step));
            }
        }
        texts.stream().distinct().forEach(this::check);
    }

    private void check(Text text) {
        for (Pattern pattern : List.of(INDEX, GET)) {
            Matcher used = pattern.matcher(text.value());
            while (used.find()) {
                String key = used.group(1);
                if (!keys.contains(key)) {
                    scope.faults.add(text.fault("The job has no '" + key + "'."
                            + NearName.suggest(key, keys).orElse(" It has " + String.join(", ", keys) + ".")));
                }
            }
        }
        MEMBER_OF_TEXT
                .matcher(text.value())
                .results()
                .filter(used -> !replaced.contains(used.group(1)))
                .forEach(used -> memberOfText(used.group(2), used.group(3) != null)
                        .ifPresent(fault -> scope.faults.add(text.fault(fault))));
        DOT.matcher(text.value())
                .results()
                .map(used -> used.group(1))
                .filter(name -> !isMember(name))
                .forEach(key -> {
                    String near = keys.contains(key)
                            ? key
                            : NearName.nearest(key, keys).orElse(null);
                    scope.faults.add(text.fault("The job is a Map, which has no field '" + key + "'."
                            + (near == null
                                    ? " A key of a Map is read as ${body[" + key + "]}."
                                    : (near.equals(key) ? "" : " Did you mean '" + near + "'?") + " Write ${body["
                                            + near + "]}.")));
                });
    }

    /** What is wrong with a call of this method, or a use of this property, of a text. */
    private static Optional<String> memberOfText(String name, boolean hasParentheses) {
        List<Method> all = List.of(String.class.getMethods());
        List<Method> named =
                all.stream().filter(method -> method.getName().equals(name)).toList();
        if (named.isEmpty()) {
            Set<String> names = all.stream().map(Method::getName).collect(Collectors.toSet());
            return !hasParentheses && hasGetter(String.class, name)
                    ? Optional.empty()
                    : Optional.of("A text has no '" + name + "'."
                            + NearName.suggest(name, names).orElse(""));
        }
        boolean isClear = named.stream().allMatch(method -> method.getParameterCount() == 0);
        return hasParentheses || isClear
                ? Optional.empty()
                : Optional.of("Write " + name + "(): without parentheses, Camel may call another " + name
                        + " with the body.");
    }

    /** Whether a Map has a method by this name, or a getter for it. */
    private static boolean isMember(String name) {
        return hasGetter(Map.class, name)
                || Arrays.stream(Map.class.getMethods())
                        .anyMatch(method -> method.getName().equals(name))
                || name.equals("class")
                || name.equals("toString");
    }

    private static boolean hasGetter(Class<?> type, String property) {
        return Arrays.stream(type.getMethods())
                .map(Method::getName)
                .anyMatch(method ->
                        method.equalsIgnoreCase("is" + property) || method.equalsIgnoreCase("get" + property));
    }
}
