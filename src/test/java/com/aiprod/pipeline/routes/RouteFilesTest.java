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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationContext;

/** The form of the files under {@code routes}: what keeps them readable, loadable and editable by tools. */
@RouteTest
class RouteFilesTest {

    private static final Path ROUTES = Path.of("src/main/resources/routes");
    private static final Path QUERIES = Path.of("src/main/resources/db/queries");
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final Pattern QUERY = Pattern.compile("resource:classpath:db/queries/([a-z-]+\\.sql)");
    private static final JsonSchema SCHEMA = JsonSchemaFactory.getInstance(VersionFlag.V4)
            .getSchema(SchemaLocation.of("classpath:schema/camelYamlDsl.json"));

    @Autowired
    private CamelContext camel;

    @Autowired
    private ApplicationContext beans;

    static List<Path> files() throws IOException {
        return list(ROUTES);
    }

    @ParameterizedTest
    @MethodSource("files")
    void isNamedAndFormedForTools(Path file) throws IOException {
        assertThat(file.getFileName().toString()).matches("[a-z][a-z-]*\\.camel\\.yaml");
        assertThat(SCHEMA.validate(read(file))).as(file.toString()).isEmpty();
        for (JsonNode item : read(file)) {
            assertThat(item.fieldNames().next()).isIn("route", "routeConfiguration", "rest");
        }
        // Kaoto deletes comments when it saves.
        assertThat(Files.readString(file).lines().filter(line -> line.strip().startsWith("#")))
                .isEmpty();
        assertThat(Files.readString(file)).doesNotContainIgnoringCase("groovy", "mvel", "joor");
    }

    @ParameterizedTest
    @MethodSource("files")
    void saysWhatEachRouteIsForAndWhereItRuns(Path file) throws IOException {
        for (JsonNode item : read(file)) {
            JsonNode route = item.path("route");
            if (route.isMissingNode()) {
                continue;
            }
            String id = route.path("id").asText();
            // The pipelines bear the name by which AIPROD_PIPELINE_ROUTE calls them.
            assertThat(id).matches("[a-z]+(-[a-z]+)+|video|echo");
            assertThat(route.path("description").asText()).as(id).endsWith(".").hasSizeGreaterThan(30);
            if (!id.equals("wake-dispatcher")) {
                assertThat(route.path("precondition").asText())
                        .as(id)
                        .matches("\\{\\{role:(api|dispatcher|worker|recorder)(,(api|dispatcher|worker|recorder))*}}");
            }
            assertThat(route.has("routeConfigurationId")
                            || route.has("errorHandler")
                            || id.equals("poll-outbox")
                            || id.equals("wake-dispatcher"))
                    .as("%s says what becomes of an error", id)
                    .isTrue();
        }
    }

    @Test
    void givesEachStepAnIdOfItsOwn() throws IOException {
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
    void takesSqlFromTheQueryFilesAloneAndAllOfThem() throws IOException {
        Set<String> used = new TreeSet<>();
        for (Path file : files()) {
            String text = Files.readString(file);
            QUERY.matcher(text).results().forEach(found -> used.add(found.group(1)));
            assertThat(text)
                    .as(file.toString())
                    .doesNotContainPattern("(?i)\\b(select|insert|update|delete)\\s+\\w+\\s+(from|into|set)\\b");
            assertThat(text.split("uri: jdbc:", -1)).as(file.toString()).hasSameSizeAs(text.split("db/queries/", -1));
            assertThat(text.split("uri: jdbc:", -1)).hasSameSizeAs(text.split("#(variable|prepared)Parameters", -1));
        }
        Set<String> there = list(QUERIES).stream()
                .map(file -> file.getFileName().toString())
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(used).isEqualTo(there);
    }

    @Test
    void bindsInQueriesWhatRoutesOrBeansSet() throws IOException {
        StringBuilder sources = new StringBuilder();
        for (Path file : files()) {
            sources.append(Files.readString(file));
        }
        for (Path file : list(Path.of("src/main/java"))) {
            sources.append(Files.readString(file));
        }
        for (Path query : list(QUERIES)) {
            String text = Files.readString(query);
            Pattern.compile(":\\?(\\w+)")
                    .matcher(text)
                    .results()
                    .map(found -> found.group(1))
                    .distinct()
                    .forEach(name -> assertThat(sources)
                            .as("%s in %s", name, query.getFileName())
                            .containsPattern(
                                    "name: " + name + "\\b|setVariable\\(\\s*\"" + name + "\"|= \"" + name + "\";"));
            // A colon twice is a cast to PostgreSQL and nothing to camel-jdbc, but easily taken for a parameter.
            assertThat(text).doesNotContain("::");
            assertThat(text.lines().filter(line -> line.strip().startsWith("--")))
                    .as("comments hold no parameter")
                    .noneMatch(line -> line.contains("?"));
        }
    }

    @Test
    void refersToBeansAndRoutesThatAreThere() throws IOException {
        Set<String> called = new TreeSet<>();
        for (Path file : files()) {
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
                .map(uri -> uri.substring("direct://".length()))
                .collect(Collectors.toSet());
        assertThat(offered).containsAll(called);
    }

    @Test
    void isLoadedAndStartedAsAWhole() throws IOException {
        for (Path file : files()) {
            for (JsonNode item : read(file)) {
                if (item.has("route")) {
                    String id = item.at("/route/id").asText();
                    assertThat(camel.getRouteController().getRouteStatus(id))
                            .as(id)
                            .isNotNull();
                    assertThat(camel.getRouteController().getRouteStatus(id).isStarted())
                            .as(id)
                            .isTrue();
                }
            }
        }
        assertThat(camel.getRoute("acted"))
                .as("the route of the external folder")
                .isNotNull();
    }

    private static JsonNode read(Path file) throws IOException {
        return YAML.readTree(file.toFile());
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
