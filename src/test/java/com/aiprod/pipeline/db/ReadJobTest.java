package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** read-job.sql and find-artifact.sql against a real PostgreSQL. */
class ReadJobTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
    }

    @Test
    void describesAQueuedJob() throws Exception {
        String jobId = queries.submit("ann", Map.of("priority", "normal", "lang", "de"));
        queries.jdbc()
                .update(
                        "UPDATE jobs SET created_at = '2026-01-16T13:00:00.0999+01', updated_at = '2026-01-16T12:00:01Z'");

        Map<String, Object> row = read(jobId);
        assertThat(row).containsEntry("user_id", "ann").containsEntry("ended", false);
        JsonNode job = JSON.readTree((String) row.get("job"));
        String enteredAt = job.at("/state_history/0/entered_at").asText();
        assertThat(enteredAt).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
        assertThat(job).isEqualTo(JSON.readTree("""
                                {"job_id": "%1$s", "status": "QUEUED", "preset": "quick_social", "priority": "normal",
                                 "lang": "de", "duration_sec": 10, "content_preview": "A video about the sea",
                                 "metadata": {}, "created_at": "2026-01-16T12:00:00.099Z",
                                 "updated_at": "2026-01-16T12:00:01.000Z", "started_at": null, "completed_at": null,
                                 "attempt": 0, "max_attempts": 5, "progress": null,
                                 "state_history": [{"state": "QUEUED", "entered_at": "%2$s", "metadata": {}}],
                                 "result": null,
                                 "links": {"self": "/pipeline/job/%1$s", "events": "/pipeline/job/%1$s/events",
                                           "cancel": "/pipeline/job/%1$s/cancel"}}
                                """.formatted(jobId, enteredAt)));
    }

    @Test
    void listsTheFieldsInTheContractsOrder() throws Exception {
        List<String> names = new ArrayList<>();
        document(queries.submit("ann")).fieldNames().forEachRemaining(names::add);
        assertThat(names)
                .containsExactly(
                        "job_id",
                        "status",
                        "preset",
                        "priority",
                        "lang",
                        "duration_sec",
                        "content_preview",
                        "metadata",
                        "created_at",
                        "updated_at",
                        "started_at",
                        "completed_at",
                        "attempt",
                        "max_attempts",
                        "progress",
                        "state_history",
                        "result",
                        "links");
    }

    @Test
    void returnsTheMetadataUnchanged() {
        String metadata = "{\"b\" :1.10,  \"a\":1e2,\n\"b\":\"\\u00fc ü \\/ 🌊\", \"big\":12345678901234567890}";
        String jobId = queries.submit("ann", Map.of("metadata", metadata));
        assertThat((String) read(jobId).get("job")).contains(metadata);
    }

    @Test
    void truncatesThePreviewByCharactersNotBytes() throws Exception {
        String jobId = queries.submit("ann", Map.of("content", "🌊".repeat(150)));
        assertThat(document(jobId).path("content_preview").asText()).isEqualTo("🌊".repeat(100));
    }

    @Test
    void showsTheWorkerAndTheProgressOfARunningJob() throws Exception {
        String jobId = queries.submit("ann");
        queries.claim(jobId, "worker-1");
        queries.jdbc().update("UPDATE jobs SET progress_stage = 'render', progress_percent = 40");
        JsonNode job = document(jobId);
        assertThat(job.path("status").asText()).isEqualTo("PROCESSING");
        assertThat(job.path("attempt").asInt()).isOne();
        assertThat(job.path("started_at").asText()).isNotEmpty();
        assertThat(job.path("progress")).isEqualTo(JSON.readTree("{\"stage\": \"render\", \"percent\": 40}"));
        assertThat(job.path("state_history")).hasSize(2);
        assertThat(job.at("/state_history/1/state").asText()).isEqualTo("PROCESSING");
        assertThat(job.at("/state_history/1/metadata"))
                .isEqualTo(JSON.readTree("{\"worker_id\": \"worker-1\", \"attempt\": 1}"));
        assertThat(read(jobId)).containsEntry("ended", false);
    }

    @Test
    void showsTheOutputOfACompletedJob() throws Exception {
        String jobId = queries.submit("ann");
        String output = "{\"artifacts\":[],\"duration_sec\":10}";
        queries.succeed(jobId, queries.claim(jobId, "worker-1"), output);
        assertThat(read(jobId)).containsEntry("ended", true);
        JsonNode job = document(jobId);
        assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
        assertThat(job.path("progress").isNull()).isTrue();
        assertThat(job.path("result")).isEqualTo(JSON.readTree("""
                                {"success": true, "output": %s, "error_code": null, "error_message": null,
                                 "retryable": false, "execution_time_ms": 1234, "completed_at": "%s"}
                                """.formatted(
                        output, job.path("completed_at").asText())));
        assertThat(job.path("state_history").findValuesAsText("state"))
                .containsExactly("QUEUED", "PROCESSING", "COMPLETED");
    }

    @Test
    void showsTheErrorOfAFailedJob() throws Exception {
        String jobId = queries.submit("ann");
        queries.fail(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG");
        JsonNode job = document(jobId);
        assertThat(job.path("status").asText()).isEqualTo("FAILED");
        assertThat(job.at("/result/success").asBoolean(true)).isFalse();
        assertThat(job.at("/result/output").isNull()).isTrue();
        assertThat(job.at("/result/error_code").asText()).isEqualTo("VIDEO_WRONG");
        assertThat(job.at("/result/error_message").asText()).isEqualTo("It broke.");
        assertThat(job.at("/result/retryable").asBoolean()).isTrue();
    }

    @Test
    void hidesTheResultOfAnEarlierSeries() throws Exception {
        String jobId = queries.submit("ann");
        queries.fail(jobId, queries.claim(jobId, "worker-1"), "VIDEO_WRONG");
        queries.jdbc().update("UPDATE jobs SET state = 'QUEUED', completed_at = NULL, series_start = attempt");
        assertThat(document(jobId).path("result").isNull()).isTrue();
        queries.succeed(jobId, queries.claim(jobId, "worker-2"), "{}");
        assertThat(document(jobId).at("/result/success").asBoolean()).isTrue();
    }

    @Test
    void ordersHistoryEntriesWithEqualTimestamps() throws Exception {
        String jobId = queries.submit("ann");
        queries.jdbc()
                .update(
                        "INSERT INTO job_states (job_id, state, metadata) SELECT ?::uuid, 'QUEUED',"
                                + " jsonb_build_object('number', n) FROM generate_series(1, 200) AS n",
                        jobId);
        List<String> numbers = document(jobId).path("state_history").findValuesAsText("number");
        assertThat(numbers).hasSize(200);
        assertThat(numbers.stream().map(Integer::valueOf)).isSorted();
    }

    @Test
    void changesTheETagOnlyWithTheJob() {
        String jobId = queries.submit("ann");
        Object tag = read(jobId).get("etag");
        assertThat((String) tag).matches("\"[0-9a-f]{32}\"");
        assertThat(read(jobId).get("etag")).isEqualTo(tag);
        queries.claim(jobId, "worker-1");
        assertThat(read(jobId).get("etag")).isNotEqualTo(tag);
    }

    @Test
    void returnsNoRowForAnUnknownJob() {
        queries.submit("ann");
        assertThat(queries.rows("read-job", Map.of("jobId", UUID.randomUUID().toString())))
                .isEmpty();
    }

    @Test
    void findsAnArtifactAsTheResultDescribesIt() throws Exception {
        String jobId = queries.submit("ann");
        int attempt = queries.claim(jobId, "worker-1");
        queries.succeed(
                jobId,
                attempt,
                "{\"artifacts\": [{\"name\": \"video.mp4\", \"bytes\": 1}, {\"name\": \"poster.png\", \"bytes\": 2}]}");
        Map<String, Object> row = artifact(jobId, "poster.png");
        assertThat(row).containsEntry("user_id", "ann").containsEntry("attempt", 1);
        assertThat(JSON.readTree((String) row.get("artifact")).path("bytes").asInt())
                .isEqualTo(2);
        assertThat(artifact(jobId, "other.png")).containsEntry("artifact", null);
    }

    @Test
    void findsNoArtifactOfAJobWithoutAny() {
        String jobId = queries.submit("ann");
        assertThat(artifact(jobId, "video.mp4")).containsEntry("user_id", "ann").containsEntry("artifact", null);
        queries.succeed(jobId, queries.claim(jobId, "worker-1"), "{\"content\": \"an echo\"}");
        assertThat(artifact(jobId, "video.mp4")).containsEntry("artifact", null);
        assertThat(queries.rows(
                        "find-artifact", Map.of("jobId", UUID.randomUUID().toString(), "artifactName", "video.mp4")))
                .isEmpty();
    }

    @Test
    void findsNoArtifactInAnOutputOfAnotherShape() {
        for (String output :
                List.of("{\"artifacts\": \"none\"}", "{\"artifacts\": {\"name\": \"video.mp4\"}}", "null")) {
            String jobId = queries.submit("ann");
            queries.succeed(jobId, queries.claim(jobId, "worker-1"), output);
            assertThat(artifact(jobId, "video.mp4")).as(output).containsEntry("artifact", null);
        }
    }

    private Map<String, Object> artifact(String jobId, String name) {
        return queries.row("find-artifact", Map.of("jobId", jobId, "artifactName", name));
    }

    private Map<String, Object> read(String jobId) {
        return queries.row("read-job", Map.of("jobId", jobId));
    }

    private JsonNode document(String jobId) throws JsonProcessingException {
        return JSON.readTree((String) read(jobId).get("job"));
    }
}
