package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlNodes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.snakeyaml.engine.v2.nodes.Node;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/** What the parts of a check share: the files, a context that knows components and beans, and the faults so far. */
final class CheckScope {

    static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*([^{}]+?)\\s*}}");

    private static final Pattern REFERENCE = Pattern.compile("#(bean:)?[A-Za-z_][\\w.-]*");

    final CamelContext camel;
    final List<RouteFile> files;
    final List<Fault> faults;
    private final Set<String> settings;
    private final Set<String> standIns;

    /** Beans that can be called, by name; the class is null if it is unknown. */
    final Map<String, Class<?>> beans = new TreeMap<>();

    /**
     * A check of some files.
     *
     * @param settings names of settings, to suggest one
     * @param standIns settings whose value here is not that of the application
     * @param faults receives what is wrong
     */
    CheckScope(
            CamelContext camel, List<RouteFile> files, Set<String> settings, Set<String> standIns, List<Fault> faults) {
        this.camel = camel;
        this.files = files;
        this.settings = settings;
        this.standIns = standIns;
        this.faults = faults;
        files.forEach(file -> file.beans.forEach((name, type) -> beans.put(name, classOf(type))));
    }

    /** Whether every file could be read, so that what is missing is missing. */
    boolean isComplete() {
        return files.stream().allMatch(file -> file.readable);
    }

    Stream<RouteFile.Step> steps() {
        return files.stream().flatMap(RouteFile::steps);
    }

    List<RouteFile.Route> routes() {
        return files.stream().flatMap(file -> file.routes.stream()).toList();
    }

    /** The class of this name, also {@code String} and {@code byte[]}; null if there is none. */
    Class<?> classOf(String name) {
        if (name == null) {
            return null;
        }
        String plain = name.strip().replaceFirst("^#(class|type):", "").replaceFirst("[(#].*$", "");
        try {
            return camel.getClassResolver().resolveClass(plain);
        } catch (LinkageError e) {
            return null;
        }
    }

    /** Whether Camel looks up this value of an option as a bean. */
    static boolean isReference(String value) {
        return REFERENCE.matcher(value).matches() && !value.equals("#autowired");
    }

    /**
     * The class of a bean; empty, after a fault, if there is no such bean, and without one if its class is unknown.
     *
     * @param written its name, also as {@code #NAME} or {@code #bean:NAME}
     */
    Optional<Class<?>> bean(RouteFile.Text at, String written) {
        String name = written.replaceFirst("^#(bean:)?", "");
        if (name.contains("${") || name.contains("{{") || name.startsWith("class:") || name.startsWith("type:")) {
            return Optional.empty();
        }
        if (beans.containsKey(name)) {
            return Optional.ofNullable(beans.get(name));
        }
        Object bean = camel.getRegistry().lookupByName(name);
        if (bean != null) {
            return Optional.of(bean.getClass());
        }
        // Camel takes the name of a class, too.
        Class<?> type = name.contains(".") ? classOf(name) : null;
        if (type == null) {
            faults.add(at.fault("There is no bean '" + name + "'."
                    + NearName.suggest(name, beans.keySet()).orElse("")));
        }
        return Optional.ofNullable(type);
    }

    /** The text with its settings filled in; empty if one of them is unknown. */
    Optional<String> resolve(String text) {
        if (!text.contains("{{")) {
            return Optional.of(text);
        }
        try {
            return Optional.ofNullable(camel.resolvePropertyPlaceholders(text));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    /** {@code direct:NAME} or {@code seda:NAME}; null for other endpoints, and if the name is not fixed. */
    String inner(RouteFile.Endpoint endpoint) {
        String uri = resolve(endpoint.uri().value()).orElse(null);
        if (uri == null) {
            return null;
        }
        Address address = Address.of(uri);
        if (!address.isInner()) {
            return null;
        }
        String name = address.path();
        Node parameter = endpoint.parameters().get("name");
        if (name.isBlank() && parameter != null && YamlNodes.text(parameter) != null) {
            name = resolve(YamlNodes.text(parameter)).orElse("");
        }
        return name.isBlank() || name.contains("${") ? null : address.scheme() + ":" + name;
    }

    /** Whether a setting in the text has another value where the pipeline runs. */
    boolean usesStandIn(String text) {
        return PLACEHOLDER
                .matcher(text)
                .results()
                .anyMatch(placeholder -> standIns.contains(placeholder.group(1).replaceFirst("[:?].*$", "")));
    }

    /** Whether a step uses such a setting where Camel found a fault. */
    boolean usesStandIn(Fault fault) {
        return files.stream()
                .filter(file -> file.location().equals(fault.file()))
                .flatMap(file -> file.texts.stream())
                .filter(text -> text.step().line == fault.line() || text.line() == fault.line())
                .anyMatch(text -> usesStandIn(text.value()));
    }

    /** Reports settings that have no value. */
    void checkPlaceholders() {
        Set<String> parameters = templateParameters();
        Set<String> reported = new HashSet<>();
        steps().flatMap(step -> step.endpoints.stream()).distinct().forEach(this::unended);
        for (RouteFile file : files) {
            for (RouteFile.Text text : file.texts) {
                Matcher placeholder = PLACEHOLDER.matcher(text.value());
                while (placeholder.find()) {
                    String name = placeholder.group(1);
                    boolean mayBeMissing = name.startsWith("?") || parameters.contains(name);
                    if (!mayBeMissing
                            && resolve(placeholder.group()).isEmpty()
                            && reported.add(file.location() + text.line() + name)) {
                        String plain = name.replaceFirst("^!", "");
                        faults.add(text.fault("The setting '" + plain + "' has no value."
                                + NearName.suggest(plain, settings)
                                        .orElse(" Set it in the environment, list it under 'requires' in pipeline.yaml,"
                                                + " or write a default: {{" + plain + ":DEFAULT}}.")));
                    }
                }
            }
        }
    }

    /** Reports a placeholder in an address that does not end: Camel would look for the setting of the whole rest. */
    private void unended(RouteFile.Endpoint endpoint) {
        RouteFile.Text uri = endpoint.uri();
        String rest = PLACEHOLDER.matcher(uri.value()).replaceAll("");
        int start = rest.indexOf("{{");
        if (start >= 0 && rest.indexOf("}}", start) < 0) {
            String name = rest.substring(start + 2).replaceFirst("[^\\w.-].*$", "");
            faults.add(uri.fault("The placeholder '{{" + name + "' has no end: write {{" + name + "}}."));
        }
    }

    /** What placeholders may name below a route template, beside settings. */
    private Set<String> templateParameters() {
        return outsideRoutes("routeTemplate")
                .flatMap(template -> YamlNodes.items(template.fields.get("parameters")).stream())
                .map(parameter -> YamlNodes.field(parameter, "name"))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** Steps of a kind at the top level of the files. */
    Stream<RouteFile.Step> outsideRoutes(String... kinds) {
        return files.stream().flatMap(file -> file.loose.stream()).filter(step -> step.is(kinds));
    }

    /** The names of the settings that the environment has, in the spelling of placeholders; no values. */
    static Set<String> settings(Environment environment) {
        Set<String> names = new TreeSet<>();
        if (environment instanceof ConfigurableEnvironment configurable) {
            configurable.getPropertySources().forEach(source -> {
                if (source instanceof EnumerablePropertySource<?> enumerable) {
                    for (String name : enumerable.getPropertyNames()) {
                        names.add(
                                name.equals(name.toUpperCase(Locale.ROOT))
                                        ? name.toLowerCase(Locale.ROOT).replace('_', '.')
                                        : name);
                    }
                }
            });
        }
        return names;
    }

    /** By file and line, each once. */
    static List<Fault> sorted(List<Fault> faults) {
        List<Fault> sorted = new ArrayList<>(new LinkedHashSet<>(faults));
        sorted.sort(Comparator.comparing(Fault::file).thenComparing(Fault::line));
        return sorted;
    }
}
