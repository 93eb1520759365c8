package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.names;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.pubsub.v1.PubsubMessage;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The main use case as a client sees it: submit, poll, read the result, find the job in the list. */
@SystemTest
class JobIT {

    private static final String UUID_V7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
    private static final String MOMENT = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z";
    private static final ObjectMapper JSON = new ObjectMapper();

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void acceptsASubmissionAndReturnsItsLinks() throws Exception {
        HttpResponse<String> answer = alice.submit("{\"content\":\"The sea.\"}");

        assertThat(answer.statusCode()).isEqualTo(202);
        JsonNode accepted = json(answer);
        assertThat(names(accepted))
                .containsExactly("status", "job_id", "message", "created_at", "check_status_at", "links");
        String id = accepted.path("job_id").asText();
        String self = "/pipeline/job/" + id;
        assertThat(id).matches(UUID_V7);
        assertThat(accepted.path("status").asText()).isEqualTo("queued");
        assertThat(accepted.path("message").asText()).isNotBlank();
        assertThat(accepted.path("created_at").asText()).matches(MOMENT);
        assertThat(accepted.path("check_status_at").asText()).isEqualTo(self);
        assertThat(accepted.path("links")).isEqualTo(links(id));
        assertThat(answer.headers().firstValue("Location")).hasValue(self);
        assertThat(answer.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
    }

    @Test
    void returnsTheResultAndTheHistory() throws Exception {
        String metadata = "{\"z\": 1.50, \"a\": [true, null, \"ä\"]}";
        String content = "Ü".repeat(99) + "🎬 and more than a hundred characters";
        String id = json(alice.submit("""
                {"content":"%s","preset":"brand_story","priority":"high","lang":"pt-br","duration_sec":7,"metadata":%s}""".formatted(content, metadata)))
                .path("job_id")
                .asText();

        alice.await(id, "COMPLETED");

        HttpResponse<String> answer = alice.get("/pipeline/job/" + id);
        JsonNode job = json(answer);
        assertThat(names(job))
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
        assertThat(job.path("job_id").asText()).isEqualTo(id);
        assertThat(job.path("preset").asText()).isEqualTo("brand_story");
        assertThat(job.path("priority").asText()).isEqualTo("high");
        assertThat(job.path("lang").asText()).isEqualTo("pt-BR");
        assertThat(job.path("duration_sec").isInt()).isTrue();
        assertThat(job.path("duration_sec").asInt()).isEqualTo(7);
        assertThat(job.path("content_preview").asText()).isEqualTo("Ü".repeat(99) + "🎬");
        assertThat(answer.body()).as("metadata as submitted").contains(metadata);
        assertThat(List.of("created_at", "updated_at", "started_at", "completed_at"))
                .allSatisfy(name -> assertThat(job.path(name).asText()).as(name).matches(MOMENT));
        assertThat(job.path("attempt").asInt()).isEqualTo(1);
        assertThat(job.path("max_attempts").asInt()).isEqualTo(5);
        assertThat(job.path("progress").isNull()).isTrue();
        assertThat(job.path("links")).isEqualTo(links(id));

        JsonNode history = job.path("state_history");
        List<String> states = new ArrayList<>();
        List<String> moments = new ArrayList<>();
        history.forEach(entry -> {
            assertThat(names(entry)).containsExactly("state", "entered_at", "metadata");
            states.add(entry.path("state").asText());
            moments.add(entry.path("entered_at").asText());
        });
        assertThat(states).containsExactly("QUEUED", "PROCESSING", "COMPLETED");
        assertThat(moments).isSorted().allMatch(moment -> moment.matches(MOMENT));
        assertThat(history.path(0).path("metadata")).isEmpty();
        assertThat(names(history.path(1).path("metadata")))
                .containsExactlyInAnyOrder("worker_id", "attempt", "pipeline", "revision");
        assertThat(history.path(1).path("metadata").path("worker_id").asText()).isNotBlank();
        assertThat(history.path(1).path("metadata").path("attempt").asInt()).isEqualTo(1);

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
        assertThat(result.path("success").asBoolean()).isTrue();
        assertThat(result.path("error_code").isNull()).isTrue();
        assertThat(result.path("error_message").isNull()).isTrue();
        assertThat(result.path("retryable").isBoolean()).isTrue();
        assertThat(result.path("retryable").asBoolean()).isFalse();
        assertThat(result.path("execution_time_ms").isIntegralNumber()).isTrue();
        assertThat(result.path("completed_at").asText()).matches(MOMENT);
        assertThat(result.path("output").path("content").asText()).isEqualTo(content);
        assertThat(result.path("output").path("lang").asText()).isEqualTo("pt-BR");
        assertThat(result.path("output").path("duration_sec").asInt()).isEqualTo(7);

        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void answers304ToAPollWithTheCurrentETag() throws Exception {
        String id = alice.start("hang once");
        alice.await(id, "PROCESSING");
        HttpResponse<String> running = alice.get("/pipeline/job/" + id);
        assertThat(running.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(json(running).path("result").isNull()).isTrue();
        assertThat(json(running).path("completed_at").isNull()).isTrue();
        String tag = running.headers().firstValue("ETag").orElseThrow();
        assertThat(tag).matches("\"[^\"]+\"");

        for (String condition : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<String> unchanged = alice.get("/pipeline/job/" + id, "If-None-Match", condition);
            assertThat(unchanged.statusCode()).as(condition).isEqualTo(304);
            assertThat(unchanged.body()).isEmpty();
            assertThat(unchanged.headers().firstValue("ETag")).hasValue(tag);
        }
        assertThat(alice.get("/pipeline/job/" + id, "If-None-Match", "\"other\"")
                        .statusCode())
                .isEqualTo(200);
        assertThat(User.of(port, "bob")
                        .get("/pipeline/job/" + id, "If-None-Match", tag)
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void publishesTheContractsFieldsAndNothingElse() throws Exception {
        try (Bystander bystander = new Bystander(broker)) {
            String jobs = bystander.listen(Bystander.JOBS);
            String results = bystander.listen(Bystander.RESULTS);
            String id = json(alice.submit("{\"content\":\" The sea. \",\"metadata\":{\"k\":1}}"))
                    .path("job_id")
                    .asText();

            PubsubMessage job = bystander.next(jobs, id);
            JsonNode data = JSON.readTree(job.getData().toStringUtf8());
            assertThat(names(data)).containsExactly("job_id", "user_id", "content", "preset", "metadata");
            assertThat(data.path("user_id").asText()).isEqualTo(alice.id());
            assertThat(data.path("content").asText()).isEqualTo("The sea.");
            assertThat(data.path("preset").asText()).isEqualTo("quick_social");
            assertThat(data.path("metadata").toString()).isEqualTo("{\"k\":1}");
            assertThat(job.getAttributesMap())
                    .containsOnlyKeys("job_id", "attempt", "schema", "traceparent")
                    .containsAllEntriesOf(Map.of("job_id", id, "attempt", "1", "schema", "job.v1"));

            PubsubMessage result = bystander.next(results, id);
            JsonNode outcome = JSON.readTree(result.getData().toStringUtf8());
            assertThat(names(outcome))
                    .containsExactly("job_id", "status", "output", "error_message", "processing_time_ms");
            assertThat(outcome.path("status").asText()).isEqualTo("success");
            assertThat(outcome.path("error_message").isNull()).isTrue();
            assertThat(outcome.path("processing_time_ms").isIntegralNumber()).isTrue();
            assertThat(result.getAttributesMap())
                    .containsOnlyKeys("job_id", "attempt", "schema", "traceparent")
                    .containsAllEntriesOf(Map.of("job_id", id, "attempt", "1", "schema", "result.v1"));
        }
    }

    @Test
    void sendsAPageAgainOnlyIfItChanged() throws Exception {
        User reader = User.of(port, "reader");
        String tag = reader.get("/pipeline/jobs").headers().firstValue("ETag").orElseThrow();
        assertThat(reader.get("/pipeline/jobs", "If-None-Match", tag).statusCode())
                .isEqualTo(304);
        reader.submit("{\"content\":\"One more.\"}");
        assertThat(reader.get("/pipeline/jobs", "If-None-Match", tag).statusCode())
                .isEqualTo(200);
    }

    @Test
    void returnsTheRequestOfAJobToItsOwner() throws Exception {
        String request = "{\"content\":\"" + "A long text. ".repeat(20).strip() + "\",\"lang\":\"pt-BR\","
                + "\"metadata\":{\"order\":12345678901234567890}}";
        String id = json(alice.submit(request)).path("job_id").asText();
        JsonNode returned = json(alice.get("/pipeline/job/" + id + "/request"));
        JSON.readTree(request)
                .properties()
                .forEach(sent -> assertThat(returned.path(sent.getKey())).isEqualTo(sent.getValue()));
        assertThat(returned.path("preset").asText()).isEqualTo("quick_social");
        assertThat(returned.path("callback_url").isNull()).isTrue();
        assertThat(User.of(port, "mallory")
                        .get("/pipeline/job/" + id + "/request")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void listsTheCallersJobsNewestFirst() throws Exception {
        List<String> newestFirst = new ArrayList<>();
        for (String preset : List.of("quick_social", "brand_story", "quick_social", "quick_social", "cinema_spot")) {
            String body = "{\"content\":\"One of five.\",\"preset\":\"" + preset + "\"}";
            newestFirst.add(0, json(alice.submit(body)).path("job_id").asText());
        }
        newestFirst.forEach(id -> alice.await(id, "COMPLETED"));

        JsonNode page = json(alice.get("/pipeline/jobs"));
        assertThat(names(page)).containsExactly("jobs", "limit", "count", "next_cursor", "offset");
        assertThat(page.path("limit").asInt()).isEqualTo(20);
        assertThat(page.path("offset").asInt()).isZero();
        assertThat(page.path("count").asInt()).isEqualTo(5);
        assertThat(page.path("next_cursor").isNull()).isTrue();
        assertThat(ids(page)).isEqualTo(newestFirst);
        page.path("jobs").forEach(job -> {
            assertThat(names(job))
                    .containsExactly(
                            "job_id",
                            "status",
                            "preset",
                            "content_preview",
                            "duration_sec",
                            "error_code",
                            "poster",
                            "created_at",
                            "updated_at",
                            "started_at",
                            "completed_at",
                            "progress");
            assertThat(job.path("status").asText()).isEqualTo("COMPLETED");
            assertThat(job.path("content_preview").asText()).isEqualTo("One of five.");
            assertThat(job.path("created_at").asText()).matches(MOMENT);
            assertThat(job.path("updated_at").asText()).matches(MOMENT);
        });

        assertThat(ids(json(alice.get("/pipeline/jobs?limit=2&offset=1")))).isEqualTo(newestFirst.subList(1, 3));
        assertThat(ids(json(alice.get("/pipeline/jobs?status=COMPLETED&preset=quick_social"))))
                .containsExactly(newestFirst.get(1), newestFirst.get(2), newestFirst.get(4));
        assertThat(ids(json(alice.get("/pipeline/jobs?status=QUEUED")))).isEmpty();
        assertThat(ids(json(alice.get("/pipeline/jobs?preset=no_longer_offered"))))
                .isEmpty();
    }

    @Test
    void pagesByCursorWithoutGapsOrRepeatsWhileJobsArrive() throws Exception {
        Set<String> before = new LinkedHashSet<>();
        for (int i = 0; i < 7; i++) {
            before.add(alice.start("none"));
        }
        List<String> met = new ArrayList<>();
        String path = "/pipeline/jobs?limit=3";
        while (path != null) {
            HttpResponse<String> answer = alice.get(path);
            JsonNode page = json(answer);
            met.addAll(ids(page));
            alice.start("none");
            String next = page.path("next_cursor").asText(null);
            String link = next == null ? null : "/pipeline/jobs?limit=3&cursor=" + next;
            assertThat(answer.headers().firstValue("Link").orElse(null))
                    .isEqualTo(link == null ? null : "<" + link + ">; rel=\"next\"");
            path = link;
        }
        assertThat(met).doesNotHaveDuplicates().hasSize(7).containsAll(before);
    }

    @Test
    void acceptsEveryListedPreset() throws Exception {
        JsonNode answer = json(alice.get("/presets"));
        assertThat(names(answer)).containsExactly("presets");
        assertThat(answer.path("presets"))
                .hasSize(BuiltInPresets.catalog().names().size());
        for (JsonNode preset : answer.path("presets")) {
            assertThat(names(preset))
                    .containsExactly(
                            "name",
                            "description",
                            "width",
                            "height",
                            "frame_rate",
                            "default_duration_sec",
                            "max_duration_sec");
            String body =
                    "{\"content\":\"x\",\"preset\":\"" + preset.path("name").asText() + "\",\"duration_sec\":"
                            + preset.path("max_duration_sec").asInt() + "}";
            String location =
                    alice.submit(body).headers().firstValue("Location").orElseThrow();
            assertThat(json(alice.get(URI.create(location).getPath())).path("preset"))
                    .isEqualTo(preset.path("name"));
        }
    }

    private static List<String> ids(JsonNode page) {
        List<String> ids = new ArrayList<>();
        page.path("jobs").forEach(job -> ids.add(job.path("job_id").asText()));
        return ids;
    }

    private static JsonNode links(String id) {
        String self = "/pipeline/job/" + id;
        return JSON.valueToTree(Map.of("self", self, "events", self + "/events", "cancel", self + "/cancel"));
    }
}
