package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlNodes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;

/** What stands in a route file, with lines. Read by {@link RouteFileReader}, also where the file has faults. */
final class RouteFile {

    private final SourceFile source;
    final List<Route> routes = new ArrayList<>();
    final List<Named> configurations = new ArrayList<>();
    final List<Named> ids = new ArrayList<>();
    /** Steps outside routes: of route configurations, and of error handling for the whole file. */
    final List<Step> loose = new ArrayList<>();

    final List<Text> texts = new ArrayList<>();
    /** Values that name a bean as {@code #NAME}. Texts, expressions, and options of endpoints may begin with {@code #}. */
    final List<Text> references = new ArrayList<>();

    final List<ClassName> classes = new ArrayList<>();
    /** The class of each bean that the file makes, by name. */
    final Map<String, String> beans = new LinkedHashMap<>();

    /** Whether it could be read at all. */
    boolean readable = true;

    RouteFile(SourceFile source) {
        this.source = source;
    }

    String location() {
        return source.location();
    }

    SourceFile source() {
        return source;
    }

    /** Every step of the file, a step before those inside it. */
    Stream<Step> steps() {
        return Stream.concat(routes.stream().map(route -> route.top), loose.stream())
                .flatMap(Step::all);
    }

    /** A route; its steps are those of {@link #top}. */
    static final class Route {
        final RouteFile file;
        final Step top;
        final int line;
        String id;
        int idLine;
        Endpoint from;
        Text configurationId;

        Route(RouteFile file, int line) {
            this.file = file;
            this.line = line;
            this.idLine = line;
            this.top = new Step(file, "route", line);
            this.top.route = this;
        }

        List<Step> steps() {
            return top.children.stream().filter(step -> !step.isErrorHandling()).toList();
        }

        /** The names of its route configurations, as the file has them. */
        List<String> configurationIds() {
            return configurationId == null
                    ? List.of()
                    : Arrays.stream(configurationId.value().split(","))
                            .map(String::strip)
                            .toList();
        }
    }

    /** A step, or a branch of one such as {@code when}. */
    static final class Step {
        final RouteFile file;
        final String kind;
        final int line;
        final List<Step> children = new ArrayList<>();
        final List<Expression> expressions = new ArrayList<>();
        final List<Endpoint> endpoints = new ArrayList<>();
        final List<BeanCall> calls = new ArrayList<>();
        Map<String, Node> fields = Map.of();
        String id;
        Route route;

        /** Whether one of its keys is unknown, so that one that is missing may be misspelt. */
        boolean hasUnknown;

        Step(RouteFile file, String kind, int line) {
            this.file = file;
            this.kind = kind;
            this.line = line;
        }

        boolean isErrorHandling() {
            return kind.equals("onException") || kind.equals("onCompletion") || kind.startsWith("intercept");
        }

        boolean is(String... kinds) {
            return List.of(kinds).contains(kind);
        }

        boolean isDisabled() {
            return "true".equals(field("disabled"));
        }

        String field(String key) {
            Node value = fields.get(key);
            return value == null ? null : YamlNodes.text(value);
        }

        Fault fault(int at, String message) {
            return new Fault(file.location(), at, kind.equals("route") ? null : id, message);
        }

        Fault fault(String message) {
            return fault(line, message);
        }

        /** This one and all inside it. */
        Stream<Step> all() {
            return Stream.concat(Stream.of(this), children.stream().flatMap(Step::all));
        }
    }

    /** @param kind {@code route}, {@code routeConfiguration} or {@code step} */
    record Named(String kind, String id, RouteFile file, int line) {}

    /** A value in which Camel fills in placeholders. */
    record Text(String value, Node node, Step step) {

        int line() {
            return YamlNodes.line(node);
        }

        Fault fault(String message) {
            return step.fault(line(), message);
        }
    }

    /** @param key what it is the class of, such as {@code beanType} */
    record ClassName(String key, Text name) {}

    /**
     * An expression.
     *
     * @param predicate whether it decides instead of giving a value
     * @param fields of the language, such as {@code resultType}; empty in the short form
     */
    record Expression(String language, Text text, boolean predicate, Map<String, Node> fields) {}

    /** A bean's method that a step or an expression names; each part is null if it is not given. */
    record BeanCall(Text ref, Text type, Text method) {}

    /**
     * A use of an endpoint.
     *
     * @param parameters beside the URI, by name
     * @param role {@code from}, {@code to}, or {@code toD}, whose URI is an expression
     */
    record Endpoint(Text uri, Map<String, Node> parameters, String role) {}
}
