package com.aiprod.pipeline.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

/** The rules for files under {@code routes} that keep them readable, loadable, and editable with tools. */
@RouteTest
class RouteFilesTest {

    private static final Pattern COMPARISON = Pattern.compile("\\} (==|!=|<|<=|>|>=|=~|contains|&&|\\|\\|) ");
    private static final Path ROUTES = Path.of("src/main/resources/routes");
    private static final Path QUERIES = Path.of("src/main/resources/db/queries");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern QUERY = Pattern.compile("\\bquery:([a-z-]+)");
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(VersionFlag.V4)
            .getSchema(SchemaLocation.of("classpath:schema/camelYamlDsl.json"));

    private static final List<String> KAOTO_FIRST = List.of("id", "description", "uri", "parameters", "steps");
    private static final Comparator<String> KAOTO = Comparator.comparingInt(
                    (String key) -> KAOTO_FIRST.contains(key) ? KAOTO_FIRST.indexOf(key) : KAOTO_FIRST.size())
            .thenComparing(String.CASE_INSENSITIVE_ORDER);

    @Autowired
    private CamelContext camel;

    @Autowired
    private ApplicationContext beans;

    static List<Path> files() throws IOException {
        return list(ROUTES).stream()
                .filter(file -> file.toString().endsWith(".camel.yaml"))
                .toList();
    }

    /** Without the pipelines, which are checked with PipelineCheck and run in contexts of their own. */
    private static List<Path> filesOfTheFlow() throws IOException {
        return files().stream()
                .filter(file -> !file.startsWith(ROUTES.resolve("pipelines")))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("files")
    void hasANameAndSchemaThatToolsAccept(Path file) throws IOException {
        assertThat(file.getFileName().toString()).matches("[a-z][a-z-]*\\.camel\\.yaml");
        assertThat(SCHEMA.validate(read(file))).as(file.toString()).isEmpty();
        for (JsonNode item : read(file)) {
            assertThat(item.fieldNames().next()).isIn("route", "routeConfiguration", "rest");
        }
        // Kaoto deletes comments when it saves a file.
        assertThat(Files.readString(file).lines().filter(line -> line.strip().startsWith("#")))
                .isEmpty();
        assertThat(Files.readString(file)).doesNotContainIgnoringCase("groovy", "mvel", "joor");
    }

    @ParameterizedTest
    @MethodSource("files")
    void describesEachRouteAndItsErrorHandling(Path file) throws IOException {
        for (JsonNode item : read(file)) {
            JsonNode route = item.path("route");
            if (route.isMissingNode()) {
                continue;
            }
            String id = route.path("id").asText();
            // A pipeline has the name of its folder.
            assertThat(id).matches("[a-z]+(-[a-z]+)+|video|echo|generate");
            assertThat(route.path("description").asText()).as(id).endsWith(".").hasSizeGreaterThan(30);
            String uri = route.at("/from/uri").asText();
            if (uri.startsWith("direct:") || uri.startsWith("seda:")) {
                assertThat(uri).isIn("direct:" + id, "seda:" + id);
            }
            if (!uri.startsWith("direct:")) {
                assertThat(route.has("routeConfigurationId") || route.has("errorHandler"))
                        .as("%s has a consumer and must name its error handling", id)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void isShortAndNamedAfterItsRoute(Path file) throws IOException {
        String name = file.getFileName().toString().replace(".camel.yaml", "");
        List<String> routes = read(file).findValuesAsText("id");
        if (!Set.of("rest-api", "errors", "worker-errors").contains(name)) {
            assertThat(routes).contains(name);
        }
        assertThat(Files.readAllLines(file)).hasSizeLessThanOrEqualTo(200);
    }

    /** The order in which Kaoto writes the keys of a map: these first, then the others alphabetically. */
    @ParameterizedTest
    @MethodSource("files")
    void isUnchangedWhenKaotoSavesIt(Path file) throws IOException {
        assertKaotoOrder(read(file), file);
        assertThat(Files.readString(file)).doesNotContain("\t").endsWith("\n");
    }

    private static void assertKaotoOrder(JsonNode node, Path file) {
        if (node.isObject()) {
            List<String> keys = new ArrayList<>();
            node.fieldNames().forEachRemaining(keys::add);
            assertThat(keys).as("%s: %s", file, node).isSortedAccordingTo(KAOTO);
        }
        node.forEach(child -> assertKaotoOrder(child, file));
    }

    @Test
    void givesEachStepAUniqueId() throws IOException {
        Map<String, Integer> ids = new LinkedHashMap<>();
        List<String> without = new ArrayList<>();
        for (Path file : files()) {
            Pattern.compile("(?m)^[ -]*id: (.+)$")
                    .matcher(Files.readString(file))
                    .results()
                    .forEach(id -> ids.merge(id.group(1), 1, Integer::sum));
            stepsWithoutId(read(file), file, without);
        }
        assertThat(without).isEmpty();
        assertThat(ids.entrySet().stream().filter(id -> id.getValue() > 1)).isEmpty();
        assertThat(ids).hasSizeGreaterThan(100);
    }

    @Test
    void usesAllQueryFilesAndNoOtherSql() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path file : files()) {
            String text = Files.readString(file);
            QUERY.matcher(text).results().forEach(found -> used.add(found.group(1)));
            assertThat(text)
                    .as(file.toString())
                    .doesNotContainPattern("(?i)\\b(select|insert|update|delete)\\s+\\w+\\s+(from|into|set)\\b")
                    .doesNotContain("uri: jdbc:", "uri: sql:");
        }
        Set<String> there = list(QUERIES).stream()
                .map(file -> file.getFileName().toString().replace(".sql", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(used).isEqualTo(there);
    }

    @Test
    void queriesBindVariablesThatAreSet() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (Path file : files()) {
            sources.append(Files.readString(file));
        }
        for (Path file : list(Path.of("src/main/java"))) {
            sources.append(Files.readString(file));
        }
        for (Path query : list(QUERIES)) {
            String text = Files.readString(query);
            Pattern.compile(":[?*](\\w+)")
                    .matcher(text)
                    .results()
                    .map(found -> found.group(1))
                    .distinct()
                    .forEach(name -> assertThat(sources)
                            .as("%s in %s", name, query.getFileName())
                            .containsPattern("name: " + name + "\\b|bind\\." + name + ":|setVariable\\(\\s*\"" + name
                                    + "\"|= \"" + name + "\";|\"" + name + "\", \""));
            // PostgreSQL reads :: as a cast and camel-jdbc ignores it, but readers easily take it for a parameter.
            assertThat(text).doesNotContain("::");
            assertThat(text.lines().filter(line -> line.strip().startsWith("--")))
                    .as("comments contain no parameter")
                    .noneMatch(line -> line.contains("?"));
        }
    }

    @Test
    void refersToExistingBeansAndRoutes() throws IOException {
        Set<String> called = new TreeSet<>();
        for (Path file : filesOfTheFlow()) {
            JsonNode read = read(file);
            for (String ref : read.findValuesAsText("ref")) {
                assertThat(beans.containsBean(ref))
                        .as("bean %s of %s", ref, file)
                        .isTrue();
            }
            for (String uri : read.findValuesAsText("uri")) {
                if (uri.startsWith("direct:")) {
                    called.add(uri.substring("direct:".length()));
                }
            }
        }
        Set<String> offered = camel.getRoutes().stream()
                .map(route -> route.getEndpoint().getEndpointUri())
                .filter(uri -> uri.startsWith("direct://"))
                .map(uri -> uri.replaceAll("direct://|[?].*", ""))
                .collect(Collectors.toSet());
        assertThat(offered).containsAll(called);
    }

    @Test
    void allRoutesLoadAndStart() throws IOException {
        for (Path file : filesOfTheFlow()) {
            for (JsonNode item : read(file)) {
                if (item.has("route")) {
                    String id = item.at("/route/id").asText();
                    assertThat(camel.getRouteController().getRouteStatus(id))
                            .as(id)
                            .isNotNull();
                    assertThat(camel.getRouteController().getRouteStatus(id).isStarted())
                            .as(id)
                            .isEqualTo(item.at("/route/autoStartup").asBoolean(true));
                }
            }
        }
    }

    @Test
    void passesTheFailureOfAnInnerRouteToItsCaller() {
        Map<Boolean, List<RouteDefinition>> inner =
                camel.getCamelContextExtension().getContextPlugin(Model.class).getRouteDefinitions().stream()
                        .filter(route -> route.getInput().getEndpointUri().startsWith("direct:"))
                        .filter(route -> route.getRouteConfigurationId() == null)
                        .collect(Collectors.partitioningBy(
                                route -> route.getErrorHandlerFactory() instanceof NoErrorHandlerDefinition));
        assertThat(inner.get(false))
                .extracting(route -> route.getId() + " " + route.getErrorHandlerFactory())
                .isEmpty();
        assertThat(inner.get(true)).hasSizeGreaterThan(10);
    }

    private static JsonNode read(Path file) throws IOException {
        return YAML.readTree(file.toFile());
    }

    /** Without a result type, Camel's Simple evaluates {@code ${body.size} > 0} to the text "3 > 0". */
    @Test
    void comparisonsInExpressionsAreBooleans() throws IOException {
        List<String> texts = new ArrayList<>();
        for (Path file : files()) {
            comparisonsAsText(read(file), texts);
        }
        assertThat(texts).isEmpty();
    }

    private static void comparisonsAsText(JsonNode node, List<String> found) {
        for (String setter : List.of("setVariable", "setHeader", "setProperty", "setBody", "transform")) {
            comparisonAsText(node.path(setter), found);
        }
        for (String several : List.of("variables", "headers")) {
            node.path(several).forEach(value -> comparisonAsText(value, found));
        }
        node.forEach(child -> comparisonsAsText(child, found));
    }

    private static void comparisonAsText(JsonNode setter, List<String> found) {
        JsonNode expression = setter.has("expression") ? setter.path("expression") : setter;
        JsonNode simple = expression.path("simple");
        String text =
                simple.isTextual() ? simple.asText() : simple.path("expression").asText();
        boolean compares = COMPARISON.matcher(text).find() && !text.contains(" ? ");
        if (compares && !simple.path("resultType").asText().endsWith("Boolean")) {
            found.add(setter.path("id").asText(setter.path("name").asText()) + ": " + text);
        }
    }

    private static void stepsWithoutId(JsonNode node, Path file, List<String> without) {
        for (JsonNode step : node.path("steps")) {
            if (!step.elements().next().has("id")) {
                without.add(file.getFileName() + ": " + step);
            }
        }
        node.forEach(child -> stepsWithoutId(child, file, without));
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .sorted(Comparator.naturalOrder())
                    .toList();
        }
    }
}
