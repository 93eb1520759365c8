package com.aiprod.pipeline.system.failures;

import static com.aiprod.pipeline.system.User.names;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.pubsub.v1.PubsubMessage;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Jobs whose pipeline fails in every way: what the owner, the operator, and the log see. All
 * of them start at once because the retries and the time limit take seconds.
 */
@SystemTest
@ExtendWith(OutputCaptureExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailureIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    @Autowired
    private JdbcTemplate database;

    private final Map<String, String> jobs = new HashMap<>();
    private User alice;
    private Bystander bystander;
    private String letters;
    private String results;

    @BeforeAll
    void startJobs() throws Exception {
        alice = User.of(port, "alice");
        bystander = new Bystander(broker);
        letters = bystander.listen(Bystander.DEAD_LETTERS);
        results = bystander.listen(Bystander.RESULTS);
        for (String script : List.of(
                "hang",
                "fail transiently",
                "lose the disk",
                "fail permanently",
                "fail unexpectedly",
                "leave no map",
                "none")) {
            jobs.put(script, alice.start(script));
        }
    }

    @AfterAll
    void close() {
        bystander.close();
    }

    @Test
    void retriesATransientFailureThreeTimes() throws Exception {
        JsonNode result = assertFailed("fail transiently", "MODEL_BUSY", "The model is busy.", true);
        // Each pause is twice the one before, plus or minus 20%: at least 0.8 + 1.28 + 2.05 s.
        assertThat(result.path("execution_time_ms").asLong()).isBetween(4_100L, 11_000L);
        assertDeadLetter("fail transiently", "MODEL_BUSY", 4, "com.aiprod.pipeline.stage.TransientStageException");
    }

    @Test
    void retriesADiskErrorAndHidesItsPath() throws Exception {
        assertFailed("lose the disk", "IO_ERROR", "An I/O error occurred while the job ran.", true);
        assertDeadLetter("lose the disk", "IO_ERROR", 4, "/var/secret-path");
    }

    @Test
    void failsAtOnceOnAPermanentFailure() throws Exception {
        JsonNode result =
                assertFailed("fail permanently", "CONTENT_UNUSABLE", "Nothing can be made of this text.", false);
        assertThat(result.path("execution_time_ms").asLong()).isLessThan(5_000);
        assertDeadLetter(
                "fail permanently", "CONTENT_UNUSABLE", 1, "com.aiprod.pipeline.stage.PermanentStageException");
    }

    @Test
    void hidesTheDetailsOfAnUnexpectedException() throws Exception {
        assertFailed("fail unexpectedly", "INTERNAL_ERROR", "The pipeline failed unexpectedly.", false);
        assertDeadLetter("fail unexpectedly", "INTERNAL_ERROR", 1, "java.lang.IllegalStateException");
    }

    @Test
    void failsAJobWhosePipelineReturnsNoMap() throws Exception {
        assertFailed(
                "leave no map",
                "PIPELINE_OUTPUT_INVALID",
                "The output of the pipeline 'scripted' is text, not a map (unmarshal JSON first).",
                false);
        assertDeadLetter("leave no map", "PIPELINE_OUTPUT_INVALID", 1, "PermanentStageException");
    }

    @Test
    void stopsAHangingPipelineAtTheTimeLimit() throws Exception {
        JsonNode result = assertFailed("hang", "PIPELINE_TIMEOUT", "The job did not finish within 11 seconds.", true);
        assertThat(result.path("execution_time_ms").asLong()).isBetween(11_000L, 16_000L);
        assertDeadLetter("hang", "PIPELINE_TIMEOUT", 1, "PipelineTimeoutException");
        JsonNode message = JSON.readTree(
                bystander.next(results, jobs.get("hang")).getData().toStringUtf8());
        assertThat(message.path("status").asText()).isEqualTo("timeout");
        assertThat(message.path("error_message").asText()).isEqualTo("The job did not finish within 11 seconds.");
    }

    /** Runs first, because Spring discards output that it captured during another test method. */
    @Test
    @Order(1)
    void logsEachJobInAFewLines(CapturedOutput output) {
        alice.await(jobs.get("none"), "COMPLETED");
        waitForLine(output, "none", "COMPLETED in ");
        assertThat(logLines(output, "none"))
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains("INFO", "attempt 1 started by "),
                        line -> assertThat(line).contains("INFO", "COMPLETED in "));

        alice.await(jobs.get("fail transiently"), "FAILED");
        waitForLine(output, "fail transiently", "Dead letter ");
        waitForLine(output, "fail transiently", "FAILED after ");
        assertThat(logLines(output, "fail transiently").subList(0, 5))
                .satisfiesExactly(
                        line -> assertThat(line).contains("INFO", "attempt 1 started by "),
                        line -> assertThat(line)
                                .contains("WARN", "attempt 1: starting retry 1 of 3 ", "The model is busy."),
                        line -> assertThat(line)
                                .contains("WARN", "attempt 1: starting retry 2 of 3 ", "The model is busy."),
                        line -> assertThat(line)
                                .contains("WARN", "attempt 1: starting retry 3 of 3 ", "The model is busy."),
                        line -> assertThat(line)
                                .contains("WARN", "attempt 1 failed permanently", "The model is busy."));
        assertThat(logLines(output, "fail transiently")).hasSize(7);

        alice.await(jobs.get("hang"), "FAILED");
        for (String expected :
                List.of("fail transiently", "lose the disk", "fail permanently", "leave no map", "hang")) {
            alice.await(jobs.get(expected), "FAILED");
            waitForLine(output, expected, "Dead letter ");
            waitForLine(output, expected, "FAILED after ");
        }
        // Only an unexpected exception has a stack trace: once, right after a line with the job's ID.
        assertThat(output.getAll()
                        .lines()
                        .filter(line -> line.contains("Exception: ")
                                && !line.contains("Job ")
                                && !line.contains("Dead letter ")))
                .containsExactly("java.lang.IllegalStateException: jdbc:postgresql://secret-host/ of com.aiprod");
    }

    /** The job's log lines, without those of the audit log. */
    private List<String> logLines(CapturedOutput output, String script) {
        return output.getAll()
                .lines()
                .filter(line -> line.contains(jobs.get(script)) && !line.contains("aiprod.audit"))
                .toList();
    }

    private void waitForLine(CapturedOutput output, String script, String part) {
        Awaitility.await().until(() -> logLines(output, script).stream().anyMatch(line -> line.contains(part)));
    }

    private JsonNode assertFailed(String script, String code, String message, boolean retryable) {
        JsonNode job = alice.await(jobs.get(script), "FAILED");
        JsonNode result = job.path("result");
        assertThat(names(result))
                .containsExactly(
                        "success",
                        "output",
                        "error_code",
                        "error_message",
                        "retryable",
                        "execution_time_ms",
                        "completed_at");
        assertThat(result.path("success").asBoolean(true)).isFalse();
        assertThat(result.path("output").isNull()).isTrue();
        assertThat(result.path("error_code").asText()).isEqualTo(code);
        assertThat(result.path("error_message").asText()).isEqualTo(message);
        assertThat(result.path("retryable").asBoolean()).isEqualTo(retryable);
        assertThat(job.path("attempt").asInt()).isEqualTo(1);
        assertThat(job.path("completed_at").isNull()).isFalse();
        JsonNode history = job.path("state_history");
        assertThat(history).hasSize(3);
        assertThat(history.path(2).path("state").asText()).isEqualTo("FAILED");
        assertThat(history.path(2).path("metadata").path("error_code").asText()).isEqualTo(code);
        assertThat(job.toString()).doesNotContain("secret", "Exception", "com.aiprod");
        return result;
    }

    /** Checks the dead letter on its topic and in the database. */
    private void assertDeadLetter(String script, String code, int attempts, String error) throws Exception {
        String id = jobs.get(script);
        PubsubMessage message = bystander.next(letters, id);
        JsonNode letter = JSON.readTree(message.getData().toStringUtf8());
        assertThat(names(letter)).containsExactly("job_id", "reason", "error", "metadata");
        assertThat(letter.path("job_id").asText()).isEqualTo(id);
        assertThat(letter.path("reason").asText()).isEqualTo(code);
        assertThat(letter.path("error").asText()).contains(error);
        JsonNode metadata = letter.path("metadata");
        assertThat(names(metadata))
                .containsExactly(
                        "data",
                        "attributes",
                        "message_id",
                        "attempt",
                        "attempts",
                        "pipeline",
                        "revision",
                        "route",
                        "step",
                        "file",
                        "line");
        assertThat(JSON.readTree(metadata.path("data").asText()).path("job_id").asText())
                .isEqualTo(id);
        assertThat(metadata.path("attributes").path("job_id").asText()).isEqualTo(id);
        assertThat(metadata.path("attempts").asInt()).isEqualTo(attempts);
        assertThat(metadata.path("route").asText()).isEqualTo("scripted");
        assertThat(metadata.path("file").asText()).endsWith("scripted.camel.yaml");
        assertThat(metadata.path("line").asInt()).isPositive();
        assertThat(message.getAttributesMap())
                .containsOnlyKeys("job_id", "attempt", "schema", "traceparent")
                .containsAllEntriesOf(Map.of("job_id", id, "attempt", "1", "schema", "dead-letter.v1"));

        Map<String, Object> row = Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(
                        () -> database.queryForList(
                                "SELECT * FROM dead_letters WHERE job_id = cast(? AS uuid) AND message_id NOT LIKE 'result:%'",
                                id),
                        rows -> rows.size() == 1)
                .get(0);
        assertThat(row)
                .containsEntry("error_code", code)
                .containsEntry("attempts", attempts)
                .containsEntry("attempt", 1)
                .containsEntry("error", letter.path("error").asText());
        assertThat(row.get("route")).isEqualTo(metadata.path("route").asText());
    }
}
