package com.aiprod.pipeline.system.operation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;
import org.yaml.snakeyaml.Yaml;

/** Checks the rules and dashboard in k8s/monitoring and the runbook in docs against what the application exports. */
@SystemTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MonitoringIT {

    private static final Path RULES = Path.of("k8s/monitoring/rules.yaml");
    private static final Path DASHBOARD = Path.of("k8s/monitoring/dashboard.json");
    private static final Path RUNBOOK = Path.of("docs/runbook.md");
    private static final Pattern SQL = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    @Autowired
    private JdbcTemplate database;

    private Scrape scrape;
    private List<Map<String, Object>> rules;
    private final Map<String, String> expressions = new LinkedHashMap<>();

    @BeforeAll
    void runJobsAndRead() throws Exception {
        User alice = User.of(port, "alice");
        String completed = alice.start("fail once");
        String failed = alice.start("fail permanently");
        alice.await(completed, "COMPLETED");
        alice.await(failed, "FAILED");
        scrape = Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> Scrape.of(managementPort), now -> now.value("aiprod_dead_letters_unsettled") >= 1);

        rules = new ArrayList<>();
        Map<String, Object> file = new Yaml().load(Files.readString(RULES));
        for (Object group : (List<?>) asMap(file.get("spec")).get("groups")) {
            for (Object rule : (List<?>) asMap(group).get("rules")) {
                rules.add(asMap(rule));
            }
        }
        rules.forEach(rule -> expressions.put("rule " + nameOf(rule), (String) rule.get("expr")));
        for (JsonNode panel : new ObjectMapper().readTree(DASHBOARD.toFile()).path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.put(
                        "panel " + panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        target.path("expr").asText().replace("$__rate_interval", "5m"));
            }
        }
    }

    @Test
    void rulesAndDashboardReadExportedSeriesOnly() {
        assertThat(expressions).hasSizeGreaterThan(60);
        TreeSet<String> recorded = new TreeSet<>();
        rules.forEach(rule -> recorded.add(String.valueOf(rule.get("record"))));
        expressions.forEach((where, expression) -> {
            List<PromQl.Selector> selectors = PromQl.selectors(expression);
            assertThat(selectors).as(where).isNotEmpty();
            for (PromQl.Selector selector : selectors) {
                if (!recorded.contains(selector.metric())) {
                    assertExported(where, selector);
                }
            }
        });
    }

    /** A regular expression may match values that do not exist yet, such as a 5xx, but its label must exist. */
    private void assertExported(String where, PromQl.Selector selector) {
        assertThat(scrape.series())
                .as(where + ": " + selector)
                .anyMatch(series -> series.name().equals(selector.metric())
                        && selector.conditions().stream()
                                .allMatch(condition -> series.labels().containsKey(condition.label())
                                        && (condition.operator().endsWith("~")
                                                || condition.accepts(
                                                        series.labels().get(condition.label())))));
    }

    @Test
    void groupsByExistingLabelsOnly() {
        TreeSet<String> labels = new TreeSet<>(List.of("instance"));
        scrape.series().forEach(series -> labels.addAll(series.labels().keySet()));
        Pattern by = Pattern.compile("by \\(([^)]*)\\)");
        expressions.forEach((where, expression) -> by.matcher(expression)
                .results()
                .flatMap(found -> List.of(found.group(1).split(",\\s*")).stream())
                .forEach(label -> assertThat(labels).as(where).contains(label)));
    }

    @Test
    void eachAlertHasARunbookSection() throws Exception {
        String runbook = Files.readString(RUNBOOK);
        List<Map<String, Object>> alerts =
                rules.stream().filter(rule -> rule.containsKey("alert")).toList();
        assertThat(alerts).hasSizeGreaterThan(10);
        for (Map<String, Object> alert : alerts) {
            Map<String, Object> annotations = asMap(alert.get("annotations"));
            assertThat(alert).as(nameOf(alert)).containsKeys("for", "labels");
            assertThat(asMap(alert.get("labels")).get("severity")).isIn("page", "ticket");
            assertThat((String) annotations.get("summary")).isNotBlank();
            String url = (String) annotations.get("runbook_url");
            assertThat(url).startsWith("docs/runbook.md#aiprod");
            String section = section(runbook, url.substring(url.indexOf('#') + 1));
            assertThat(section).as(url).contains("**It means**", "**Look**", "**Do**");
        }
    }

    @Test
    void runbookStatementsRun() throws Exception {
        List<String> statements = SQL.matcher(Files.readString(RUNBOOK))
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(statements).hasSizeGreaterThan(3);
        statements.forEach(
                statement -> assertThat(database.queryForList(statement)).isNotNull());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sum(rate(a[5m])",
                "a and on b",
                "rate(a)",
                "sum(a[5m])",
                "a{b=c}",
                "a{b==\"c\"}",
                "unknown_function(a)",
                "a[5m]",
                "a >",
                "a b",
                "sum by code (a)",
                "a ! b"
            })
    void rejectsAnInvalidExpression(String expression) {
        assertThatThrownBy(() -> PromQl.selectors(expression)).isInstanceOf(IllegalArgumentException.class);
    }

    private static String section(String runbook, String anchor) {
        for (String section : runbook.split("(?m)^## ")) {
            if (section.lines().findFirst().orElse("").toLowerCase(Locale.ROOT).equals(anchor)) {
                return section;
            }
        }
        throw new AssertionError("The runbook has no section " + anchor);
    }

    private static String nameOf(Map<String, Object> rule) {
        return rule.containsKey("alert") ? (String) rule.get("alert") : (String) rule.get("record");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> asMap(Object map) {
        return (Map<String, Object>) map;
    }
}
