package com.aiprod.pipeline.system.operation;

import static com.aiprod.pipeline.system.User.json;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;

/** The log as production writes it, one JSON object per line, and its lines about a job. */
@SystemTest
class LogIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    @Autowired
    private Environment environment;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

    /** Adds a log in the format of application.yaml to the plain log of the tests. */
    @BeforeEach
    void addStructuredLog() {
        LoggerContext context = root.getLoggerContext();
        context.putObject(Environment.class.getName(), environment);
        StructuredLogEncoder encoder = new StructuredLogEncoder();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setFormat(production("logging.structured.format.console"));
        encoder.start();
        appender.setContext(context);
        appender.setEncoder(encoder);
        appender.setOutputStream(log);
        appender.start();
        root.addAppender(appender);
    }

    @AfterEach
    void removeStructuredLog() {
        root.detachAppender(appender);
    }

    @Test
    void logsEachStepOfAJobInOneLineWithFields() throws Exception {
        User alice = User.of(port, "alice");
        String request = "request-of-" + alice.id();
        String id = json(alice.submit(
                        "{\"content\":\"x\",\"metadata\":{\"script\":\"fail once\"}}", "X-Request-Id", request))
                .path("job_id")
                .asText();
        alice.await(id, "COMPLETED");
        List<JsonNode> lines =
                Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> linesOf(id), found -> found.size() >= 5);

        assertThat(lines)
                .extracting(line -> line.path("message").asText())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).startsWith("Job " + id + " attempt 1 started by "),
                        line -> assertThat(line)
                                .startsWith("Job " + id + " attempt 1: starting retry 1 of 3 in attempt-job"),
                        line -> assertThat(line).isEqualTo("A stage that only logs, try 1"),
                        line -> assertThat(line).isEqualTo("A stage that only logs, try 2"),
                        line -> assertThat(line).startsWith("Job " + id + " COMPLETED in "));
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.path("job_id").asText()).isEqualTo(id);
            assertThat(line.path("user_id").asText()).isEqualTo(alice.id());
            assertThat(line.path("request_id").asText()).isEqualTo(request);
            assertThat(line.path("trace_id").asText()).matches("[0-9a-f]{32}");
            assertThat(line.path("level").asText()).isIn("INFO", "WARN");
            assertThat(line.path("@timestamp").asText()).isNotBlank();
            assertThat(line.path("logger_name").asText()).isNotBlank();
            assertThat(line.has("stack_trace")).isFalse();
        });
        assertThat(lines)
                .extracting(line -> line.path("trace_id").asText())
                .containsOnly(lines.get(0).path("trace_id").asText());
        assertThat(lines)
                .allSatisfy(line -> assertThat(line.path("attempt").asText()).isEqualTo("1"));
    }

    @Test
    void logsAPoisonMessageInOneLine() throws Exception {
        String mark = "{no JSON " + System.nanoTime();
        try (Bystander bystander = new Bystander(broker)) {
            bystander.publish(Bystander.RESULTS, mark.getBytes(StandardCharsets.UTF_8), Map.of("attempt", "1"));
        }
        JsonNode poison = Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> lines().stream()
                                .filter(line -> line.path("message").asText().contains("record-result is poison"))
                                .toList(),
                        found -> !found.isEmpty())
                .get(0);
        assertThat(poison.path("level").asText()).isEqualTo("WARN");
        assertThat(poison.path("message").asText()).doesNotContain("\n").contains("line: 1");
        assertThat(poison.has("stack_trace")).isFalse();
    }

    @Test
    void writesTheFieldsOfTheAuditLogBesideTheMessage() throws Exception {
        User alice = User.of(port, "alice");
        String request = "audit-of-" + alice.id();
        assertThat(alice.get("/presets", "X-Request-Id", request).statusCode()).isEqualTo(200);
        JsonNode line = Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> lines().stream()
                                .filter(it -> it.path("logger_name").asText().equals("aiprod.audit")
                                        && it.path("request_id").asText().equals(request))
                                .toList(),
                        found -> !found.isEmpty())
                .get(0);
        assertThat(line.path("message").asText()).isEqualTo("GET /presets 200 by " + alice.id());
        assertThat(line.path("user").asText()).isEqualTo(alice.id());
        assertThat(line.path("route").asText()).isEqualTo("/presets");
        assertThat(line.path("status").intValue()).isEqualTo(200);
        assertThat(line.has("job_id")).isFalse();
    }

    private static String production(String setting) {
        YamlPropertiesFactoryBean yaml = new YamlPropertiesFactoryBean();
        yaml.setResources(new ClassPathResource("application.yaml"));
        Properties properties = yaml.getObject();
        return properties.getProperty(setting);
    }

    private List<JsonNode> linesOf(String jobId) throws Exception {
        return lines().stream()
                .filter(line -> jobId.equals(line.path("job_id").asText())
                        || line.path("message").asText().contains(jobId))
                .filter(line -> line.path("level").asText().matches("INFO|WARN|ERROR"))
                .filter(line -> !line.path("logger_name").asText().equals("aiprod.audit"))
                .toList();
    }

    private List<JsonNode> lines() throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : log.toString(StandardCharsets.UTF_8).split("\n")) {
            if (!line.isEmpty()) {
                lines.add(JSON.readTree(line));
            }
        }
        return lines;
    }
}
