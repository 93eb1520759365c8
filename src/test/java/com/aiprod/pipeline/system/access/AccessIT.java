package com.aiprod.pipeline.system.access;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.google.pubsub.v1.PubsubMessage;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Only its owner can access a job. The owner comes from the token and from nowhere else. */
@SystemTest
class AccessIT {

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    private User alice;
    private User mallory;

    @BeforeEach
    void createUsers() {
        alice = User.of(port, "alice");
        mallory = User.of(port, "mallory");
    }

    @ParameterizedTest
    @CsvSource({
        "POST, /pipeline/run",
        "GET,  /pipeline/job/019bc6ec-0000-7000-8000-000000000000",
        "GET,  /pipeline/job/019bc6ec-0000-7000-8000-000000000000/artifacts/video.mp4",
        "GET,  /pipeline/jobs",
        "GET,  /presets",
    })
    void rejectsACallWithoutAValidToken(String method, String path) throws Exception {
        for (String authorization : List.of("", "Basic YTpi", "Bearer nonsense")) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                    .header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofString("{\"content\":\"x\"}"));
            HttpResponse<String> answer =
                    send(authorization.isEmpty() ? request : request.header("Authorization", authorization));
            assertThat(problem(answer, 401).path("type").asText()).isEqualTo("/problems/unauthenticated");
            assertThat(answer.headers().firstValue("WWW-Authenticate"))
                    .as(authorization)
                    .hasValueSatisfying(challenge -> assertThat(challenge).startsWith("Bearer"));
        }
    }

    @Test
    void hidesAJobFromOtherUsers() throws Exception {
        String id = alice.start("none");
        alice.await(id, "COMPLETED");

        problem(mallory.get("/pipeline/job/" + id), 403);
        problem(mallory.get("/pipeline/job/" + id.toUpperCase(Locale.ROOT)), 403);
        problem(mallory.get("/pipeline/job/" + id + "/artifacts/video.mp4"), 403);
        assertThat(json(mallory.get("/pipeline/jobs")).path("jobs")).isEmpty();
        assertThat(json(alice.get("/pipeline/jobs")).path("jobs")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "019bc6ec-0000-7000-8000-000000000000",
                "1",
                "1-1-1-1-1",
                "null",
                "019bc6ec-0000-7000-8000-00000000000g",
                "%27%20OR%201=1"
            })
    void returns404ForAnUnknownOrMalformedId(String id) throws Exception {
        for (String path : List.of("/pipeline/job/" + id, "/pipeline/job/" + id + "/artifacts/video.mp4")) {
            assertThat(problem(alice.get(path), 404).path("type").asText()).isEqualTo("/problems/not-found");
        }
    }

    @Test
    void takesTheUserFromTheTokenOnly() throws Exception {
        String victim = alice.start("none");
        alice.await(victim, "COMPLETED");
        String forgery = "user_id=" + alice.id() + "&userId=" + alice.id() + "&job_id=" + victim + "&jobId=" + victim
                + "&CamelHttpPath=/x&CamelSqlQuery=x&preset=cinema_spot&schema=x";
        String[] headers = {
            "user_id", alice.id(),
            "userId", alice.id(),
            "X-User-Id", alice.id(),
            "X-Forwarded-User", alice.id(),
            "job_id", victim,
            "jobId", victim,
            "attempt", "99",
            "schema", "forged.v9",
            "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "content", "forged",
            "CamelSqlQuery", "select 1",
            "CamelJdbcParameters", "x",
            "CamelHttpResponseCode", "299",
            "CamelGooglePubsubAttributes", "x",
            "Cookie", "session=secret-cookie",
            "X-Api-Key", "secret-key"
        };
        try (Bystander bystander = new Bystander(broker)) {
            String jobs = bystander.listen(Bystander.JOBS);
            String results = bystander.listen(Bystander.RESULTS);

            HttpRequest.Builder submission = mallory.request("/pipeline/run?" + forgery)
                    .headers(headers)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"content\":\"mine\"}"));
            HttpResponse<String> accepted = send(submission);
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(202);
            assertEchoesNothing(accepted, headers);
            String id = json(accepted).path("job_id").asText();
            assertThat(id).isNotEqualTo(victim);

            JsonNode job = mallory.await(id, "COMPLETED");
            assertThat(job.path("preset").asText()).isEqualTo("quick_social");
            assertThat(job.path("attempt").asInt()).isEqualTo(1);
            assertThat(job.path("result").path("output").path("content").asText())
                    .isEqualTo("mine");
            for (String topic : List.of(jobs, results)) {
                PubsubMessage message = bystander.next(topic, id);
                assertThat(message.getAttributesMap().keySet())
                        .isSubsetOf("job_id", "attempt", "schema", "traceparent");
                assertThat(message.getAttributesMap()).containsAllEntriesOf(Map.of("job_id", id, "attempt", "1"));
                assertThat(message.toString()).doesNotContain("secret", "forged", victim, alice.id());
            }
        }

        for (String path : List.of("/pipeline/jobs", "/presets?" + forgery)) {
            HttpResponse<String> answer = mallory.get(path, headers);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.body()).doesNotContain(victim, alice.id());
            assertEchoesNothing(answer, headers);
        }
        HttpResponse<String> misspelt = mallory.get("/pipeline/jobs?" + forgery, headers);
        problem(misspelt, 400);
        assertThat(misspelt.body()).doesNotContain(victim, alice.id());
        assertEchoesNothing(misspelt, headers);
        HttpResponse<String> read = mallory.get("/pipeline/job/" + victim + "?" + forgery, headers);
        problem(read, 403);
        assertEchoesNothing(read, headers);
        assertThat(json(alice.get("/pipeline/jobs")).path("count").asInt()).isEqualTo(1);
    }

    @Test
    void scopesIdempotencyKeysToTheirUser() throws Exception {
        String key = UUID.randomUUID().toString();
        String mine = json(alice.submit("{\"content\":\"mine\"}", "Idempotency-Key", key))
                .path("job_id")
                .asText();
        HttpResponse<String> other = mallory.submit("{\"content\":\"other\"}", "Idempotency-Key", key);
        assertThat(other.statusCode()).isEqualTo(202);
        assertThat(json(other).path("job_id").asText()).isNotEqualTo(mine);
    }

    private static void assertEchoesNothing(HttpResponse<String> answer, String... headers) {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < headers.length; i += 2) {
            sent.add(headers[i].toLowerCase(Locale.ROOT));
        }
        sent.add("authorization");
        assertThat(answer.headers().map().keySet()).doesNotContainAnyElementsOf(sent);
        assertThat(answer.headers().toString()).doesNotContain("secret");
    }
}
