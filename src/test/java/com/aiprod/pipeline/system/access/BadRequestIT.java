package com.aiprod.pipeline.system.access;

import static com.aiprod.pipeline.system.User.faults;
import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Client errors: each gets a response that names it, and none leaves a job behind. */
@SystemTest
class BadRequestIT {

    private static final String PRESETS =
            "quick_social, brand_story, cinema_spot" + ", social_vertical, social_portrait, social_square, brand_wide";

    @LocalServerPort
    private int port;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void doesNotReturnTheContentTypeOfTheRequest() throws Exception {
        for (String type : new String[] {"text/html", ""}) {
            HttpResponse<String> answer = send(
                    alice.request("/pipeline/jobs").header("Content-Type", type).GET());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(given -> assertThat(given).startsWith("application/json"));
        }
    }

    @Test
    void reportsAllErrorsOfASubmissionAtOnce() throws Exception {
        HttpResponse<String> answer = alice.submit("""
                {"content":" \\u0007\\n ","preset":"epic","priority":"urgent","lang":"not a tag","duration_sec":0,
                 "metadata":"text","voice":"deep"}""", "Idempotency-Key", "not visible");
        assertThat(faults(answer))
                .containsExactlyInAnyOrder(
                        "Idempotency-Key: must be 1 to 255 visible ASCII characters",
                        "content: must not be blank",
                        "preset: must be one of " + PRESETS,
                        "priority: must be one of low, normal, high",
                        "lang: must be a BCP 47 language tag such as en or pt-BR",
                        "duration_sec: must be at least 1",
                        "metadata: must be an object, not a string",
                        "voice: is not a property of this request");
        assertNoJob();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                                        | content",
                "{'content':null}                                          | content",
                "{'content':5}                                             | content",
                "{'content':'x','content':'y'}                             | content",
                "{'content':'x','preset':'EPIC'}                           | preset",
                "{'content':'x','priority':1}                              | priority",
                "{'content':'x','lang':'en_US'}                            | lang",
                "{'content':'x','duration_sec':31}                         | duration_sec",
                "{'content':'x','duration_sec':1.5}                        | duration_sec",
                "{'content':'x','duration_sec':'5'}                        | duration_sec",
                "{'content':'x','preset':'brand_story','duration_sec':61}  | duration_sec",
                "{'content':'x','metadata':[]}                             | metadata",
                "{'content':'x','metadata':{'a':'\\u0000'}}                | metadata",
                "{'content':'x','user_id':'alice'}                         | user_id"
            })
    void namesTheInvalidField(String body, String field) throws Exception {
        assertThat(faults(alice.submit(body.replace('\'', '"'))))
                .singleElement()
                .asString()
                .startsWith(field + ": ");
        assertNoJob();
    }

    @Test
    void acceptsValuesAtTheLimits() throws Exception {
        String content = "🎬".repeat(10_000);
        String metadata = "{\"a\":\"" + "x".repeat(16 * 1024 - 8) + "\"}";
        assertThat(alice.submit("{\"content\":\"" + content + "\",\"metadata\":" + metadata + "}")
                        .statusCode())
                .isEqualTo(202);
        assertThat(faults(alice.submit("{\"content\":\"" + content + "x\"}"))).hasSize(1);
        assertThat(faults(alice.submit("{\"content\":\"x\",\"metadata\":" + metadata.replace("{", "{ ") + "}")))
                .hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "[]", "null", "{", "{\"content\":\"x\"", "{'content':'x'}", "{\"content\":\"x\"} x"})
    void rejectsABodyThatIsNotAJsonObject(String body) throws Exception {
        assertThat(problem(alice.submit(body), 400).path("detail").asText()).isNotBlank();
        assertNoJob();
    }

    @Test
    void reportsAllErrorsOfAListRequestAtOnce() throws Exception {
        assertThat(faults(alice.get("/pipeline/jobs?status=DONE&preset=Epic&limit=0&offset=-1&cursor=nonsense")))
                .containsExactlyInAnyOrder(
                        "status: must be one of QUEUED, PROCESSING, COMPLETED, FAILED, CANCELLED",
                        "preset: must be a lower-case letter, then at most 63 of a-z, 0-9, and _",
                        "limit: must be a whole number from 1 to 100",
                        "offset: must be a whole number from 0 to 10000; use next_cursor to go further",
                        "cursor: cannot be combined with offset",
                        "cursor: is not a next_cursor of this list");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=101",
                "limit=ten",
                "limit=1.5",
                "limit=",
                "limit=99999999999999999999",
                "offset=x",
                "offset=1000000000",
                "state=QUEUED",
                "Limit=5",
                "error_code=X",
                "status=queued",
                "status=",
                "preset=",
                "preset=Quick_social",
                "cursor=",
                "cursor=%00",
                "limit=1&limit=2",
                "preset=quick_social&preset=brand_story"
            })
    void namesTheInvalidParameter(String query) throws Exception {
        assertThat(faults(alice.get("/pipeline/jobs?" + query)))
                .singleElement()
                .asString()
                .startsWith(query.substring(0, query.indexOf('=')) + ": ");
    }

    @Test
    void rejectsHttpRequestsItDoesNotSupport() throws Exception {
        String large = "{\"content\":\"x\",\"metadata\":{\"a\":\"" + "x".repeat(256 * 1024) + "\"}}";
        problem(alice.submit(large), 413);
        problem(
                send(alice.request("/pipeline/run")
                        .header("Content-Type", "text/plain")
                        .POST(BodyPublishers.ofString("{\"content\":\"x\"}"))),
                415);
        problem(alice.get("/pipeline/nothing"), 404);
        problem(alice.get("/pipeline/jobs", "Accept", "image/png"), 406);
        for (String method : List.of("GET", "DELETE", "PUT", "PATCH")) {
            HttpResponse<String> answer = send(alice.request("/pipeline/run").method(method, BodyPublishers.noBody()));
            problem(answer, 405);
            assertThat(answer.headers().firstValue("Allow")).as(method).hasValue("POST, OPTIONS");
        }
        assertNoJob();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\"\"", "\"open", "a b"})
    void rejectsAnInvalidIdempotencyKey(String key) throws Exception {
        assertThat(faults(alice.submit("{\"content\":\"x\"}", "Idempotency-Key", key)))
                .singleElement()
                .asString()
                .startsWith("Idempotency-Key: ");
        assertNoJob();
    }

    @Test
    void replaysASubmissionWithTheSameKey() throws Exception {
        String key = UUID.randomUUID().toString();
        HttpResponse<String> first =
                alice.submit("{\"content\":\"x\",\"preset\":\"quick_social\"}", "Idempotency-Key", key);
        assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
        alice.await(json(first).path("job_id").asText(), "COMPLETED");

        HttpResponse<String> again = alice.submit("{ \"content\": \"x\" }", "Idempotency-Key", '"' + key + '"');
        assertThat(again.statusCode()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
        assertThat(again.headers().firstValue("Idempotent-Replayed")).hasValue("true");

        assertThat(problem(alice.submit("{\"content\":\"y\"}", "Idempotency-Key", key), 422)
                        .path("type")
                        .asText())
                .isEqualTo("/problems/idempotency-key-reused");
        assertThat(json(alice.get("/pipeline/jobs")).path("count").asInt()).isEqualTo(1);
    }

    @Test
    void createsOneJobForConcurrentCallsWithOneKey() throws Exception {
        String key = UUID.randomUUID().toString();
        Set<String> ids = new HashSet<>();
        int replays = 0;
        ExecutorService threads = Executors.newFixedThreadPool(16);
        try {
            List<Future<HttpResponse<String>>> calls = new ArrayList<>();
            for (int i = 0; i < 32; i++) {
                calls.add(threads.submit(() -> alice.submit("{\"content\":\"x\"}", "Idempotency-Key", key)));
            }
            for (Future<HttpResponse<String>> call : calls) {
                HttpResponse<String> answer = call.get();
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                ids.add(json(answer).path("job_id").asText());
                replays += answer.headers().firstValue("Idempotent-Replayed").isPresent() ? 1 : 0;
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ids).hasSize(1);
        assertThat(replays).isEqualTo(31);
        assertThat(json(alice.get("/pipeline/jobs")).path("count").asInt()).isEqualTo(1);
    }

    private void assertNoJob() throws Exception {
        assertThat(json(alice.get("/pipeline/jobs")).path("jobs")).isEmpty();
    }
}
