package com.aiprod.pipeline.system.operation;

import static com.aiprod.pipeline.system.User.faults;
import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.names;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** What operators do, and that nobody else can do it. */
@SystemTest
@ExtendWith(OutputCaptureExtension.class)
class OperatorIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String LETTERS = "/admin/dead-letters";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private User alice;
    private User root;
    private String code;

    @BeforeEach
    void createUsers() {
        alice = User.of(port, "alice");
        root = User.admin(port, "root");
        // An error code that no dead letter of another test has.
        code = "CODE_" + UUID.randomUUID();
    }

    @ParameterizedTest
    @CsvSource({
        "GET,    /admin/dead-letters",
        "GET,    /admin/dead-letters/019bc6ec-0000-7000-8000-000000000000",
        "POST,   /admin/dead-letters/019bc6ec-0000-7000-8000-000000000000/redrive",
        "POST,   /admin/dead-letters/redrive",
        "POST,   /admin/dead-letters/discard",
        "DELETE, /admin/dead-letters/019bc6ec-0000-7000-8000-000000000000",
        "GET,    /admin/stats",
        "GET,    /admin/overview",
        "GET,    /admin/jobs",
        "GET,    /admin/jobs/019bc6ec-0000-7000-8000-000000000000",
        "GET,    /admin/jobs/019bc6ec-0000-7000-8000-000000000000/artifacts/video.mp4",
        "GET,    /admin/dead-letter-groups",
        "GET,    /admin/pipelines",
        "GET,    /admin/pipelines/video/revisions/6d66f7e57980",
        "POST,   /admin/pipelines/video/revisions/6d66f7e57980/publish",
    })
    void requiresTheAdminRole(String method, String path) throws Exception {
        JsonNode problem = problem(
                send(alice.request(path)
                        .header("Content-Type", "application/json")
                        .method(method, BodyPublishers.ofString("{}"))),
                403);
        assertThat(problem.path("type").asText()).isEqualTo("/problems/forbidden");
    }

    @Test
    void redrivesAJobThatThenCompletes(CapturedOutput output) throws Exception {
        String job = alice.start("fail permanently");
        String letter = letterOf(job);
        JsonNode read = json(root.get(LETTERS + "/" + letter));
        assertThat(read.path("job_id").asText()).isEqualTo(job);
        assertThat(read.path("job_status").asText()).isEqualTo("FAILED");
        assertThat(read.path("metadata").path("attributes").path("job_id").asText())
                .isEqualTo(job);
        assertThat(JSON.readTree(read.path("metadata").path("data").asText())
                        .path("content")
                        .asText())
                .isEqualTo("A tide comes in.");
        assertThat(read.path("metadata").path("route").asText()).isNotBlank();
        removeCause(job);

        JsonNode redriven = json(expect(200, post(LETTERS + "/" + letter + "/redrive", "")));

        assertThat(redriven.path("redriven_by").asText()).isEqualTo(root.id());
        assertThat(redriven.path("redriven_at").asText()).isNotEmpty();
        JsonNode completed = alice.await(job, "COMPLETED");
        assertThat(completed.path("attempt").asInt()).isEqualTo(2);
        assertThat(completed.path("result").path("success").asBoolean()).isTrue();
        assertThat(completed.path("state_history").findValuesAsText("state"))
                .containsExactly("QUEUED", "PROCESSING", "FAILED", "QUEUED", "PROCESSING", "COMPLETED");
        JsonNode entry = completed.path("state_history").path(3).path("metadata");
        assertThat(entry.path("reason").asText()).isEqualTo("redrive");
        assertThat(entry.path("redriven_by").asText()).isEqualTo(root.id());
        assertThat(output.getAll()).contains("Dead letter " + letter + " redriven by " + root.id());

        assertThat(problem(post(LETTERS + "/" + letter + "/redrive", ""), 409)
                        .path("detail")
                        .asText())
                .contains("redriven before");
        problem(delete(letter), 409);
        assertThat(list("").findValuesAsText("id")).contains(letter);
    }

    @Test
    void redrivesByErrorCodeUpToTheLimit() throws Exception {
        List<String> jobs = List.of(
                alice.start("fail permanently"), alice.start("fail permanently"), alice.start("fail permanently"));
        for (String job : jobs) {
            recode(letterOf(job));
            removeCause(job);
        }
        String request = "{\"error_code\":\"" + code + "\",\"limit\":2}";
        JsonNode first = json(expect(200, post(LETTERS + "/redrive", request)));
        assertThat(names(first)).containsExactly("redriven", "count");
        assertThat(first.path("count").asInt()).isEqualTo(2);
        assertThat(names(first.path("redriven").path(0))).containsExactly("id", "job_id");
        JsonNode second = json(expect(200, post(LETTERS + "/redrive", request)));
        assertThat(second.path("count").asInt()).isEqualTo(1);
        List<String> redriven = new ArrayList<>(first.findValuesAsText("job_id"));
        redriven.addAll(second.findValuesAsText("job_id"));
        assertThat(redriven).containsExactlyInAnyOrderElementsOf(jobs);
        jobs.forEach(job -> alice.await(job, "COMPLETED"));
        assertThat(json(expect(200, post(LETTERS + "/redrive", request)))
                        .path("count")
                        .asInt())
                .isZero();
    }

    @Test
    void performsOneOfManyConcurrentRedrives() throws Exception {
        String job = alice.start("fail permanently");
        String letter = letterOf(job);
        removeCause(job);
        ExecutorService threads = Executors.newFixedThreadPool(20);
        List<Integer> answers = new ArrayList<>();
        try {
            Callable<Integer> redrive =
                    () -> post(LETTERS + "/" + letter + "/redrive", "").statusCode();
            for (Future<Integer> answer : threads.invokeAll(Collections.nCopies(20, redrive))) {
                answers.add(answer.get());
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(Collections.frequency(answers, 200)).isOne();
        assertThat(Collections.frequency(answers, 409)).isEqualTo(19);
        assertThat(alice.await(job, "COMPLETED").path("attempt").asInt()).isEqualTo(2);
    }

    @Test
    void discardsADeadLetterPermanently(CapturedOutput output) throws Exception {
        String job = alice.start("fail permanently");
        String letter = letterOf(job);
        HttpResponse<String> answer = expect(204, delete(letter));
        assertThat(answer.body()).isEmpty();
        assertThat(output.getAll()).contains("Dead letter " + letter + " discarded by " + root.id());
        problem(delete(letter), 404);
        problem(root.get(LETTERS + "/" + letter), 404);
        problem(post(LETTERS + "/" + letter + "/redrive", ""), 404);
        assertThat(list("").findValuesAsText("id")).doesNotContain(letter);
        assertThat(alice.job(job).path("status").asText()).isEqualTo("FAILED");
        assertThat(database.queryForMap(
                        "SELECT discarded_by, discarded_at IS NOT NULL AS dated FROM dead_letters WHERE id ="
                                + " cast(? AS uuid)",
                        letter))
                .containsEntry("discarded_by", root.id())
                .containsEntry("dated", true);
    }

    @Test
    void discardsByErrorCodeUpToTheLimit(CapturedOutput output) throws Exception {
        List<String> letters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            letters.add(letterOf(alice.start("fail permanently")));
            recode(letters.get(i));
        }
        String request = "{\"error_code\":\"" + code + "\",\"limit\":2}";
        JsonNode first = json(expect(200, post(LETTERS + "/discard", request)));
        assertThat(names(first)).containsExactly("discarded", "count");
        assertThat(first.path("count").asInt()).isEqualTo(2);
        assertThat(names(first.path("discarded").path(0))).containsExactly("id", "job_id");
        List<String> discarded = new ArrayList<>(first.findValuesAsText("id"));
        discarded.addAll(json(expect(200, post(LETTERS + "/discard", request))).findValuesAsText("id"));
        assertThat(discarded).containsExactlyInAnyOrderElementsOf(letters);
        assertThat(json(expect(200, post(LETTERS + "/discard", request)))
                        .path("count")
                        .asInt())
                .isZero();
        assertThat(list("&error_code=" + code)).isEmpty();
        letters.forEach(
                letter -> assertThat(output.getAll()).contains("Dead letter " + letter + " discarded by " + root.id()));
        assertThat(faults(post(LETTERS + "/discard", "{\"limit\":0}")))
                .containsExactly(
                        "error_code: is required, or group, or ids", "limit: must be a whole number from 1 to 1000");
    }

    @Test
    void pagesThroughTheDeadLettersOfAnErrorCode() throws Exception {
        List<String> newestFirst = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String letter = letterOf(alice.start("fail permanently"));
            recode(letter);
            newestFirst.add(0, letter);
        }
        HttpResponse<String> first = expect(200, root.get(LETTERS + "?limit=2&error_code=" + code));
        JsonNode page = json(first);
        assertThat(names(page)).containsExactly("dead_letters", "limit", "count", "next_cursor");
        assertThat(names(page.path("dead_letters").path(0)))
                .containsExactly(
                        "id",
                        "job_id",
                        "error_code",
                        "reason",
                        "error",
                        "attempts",
                        "route",
                        "pipeline",
                        "step",
                        "file",
                        "line",
                        "group",
                        "created_at",
                        "redriven_at");
        assertThat(page.path("count").asInt()).isEqualTo(2);
        String link = first.headers().firstValue("Link").orElseThrow();
        JsonNode rest = json(expect(200, root.get(link.substring(1, link.indexOf('>')))));
        List<String> walked = new ArrayList<>(page.path("dead_letters").findValuesAsText("id"));
        walked.addAll(rest.path("dead_letters").findValuesAsText("id"));
        assertThat(walked).containsExactlyElementsOf(newestFirst);
        assertThat(rest.path("next_cursor").isNull()).isTrue();
    }

    @Test
    void reportsAllErrorsAtOnce() throws Exception {
        assertThat(faults(root.get(LETTERS + "?limit=0&cursor=x&error_code=")))
                .extracting(fault -> fault.substring(0, fault.indexOf(':')))
                .containsExactly("error_code", "limit", "cursor");
        assertThat(faults(post(LETTERS + "/redrive", "{\"error_code\":\"\\u0000\",\"limit\":1001,\"all\":true}")))
                .extracting(fault -> fault.substring(0, fault.indexOf(':')))
                .containsExactly("error_code", "limit", "all");
        assertThat(faults(post(LETTERS + "/redrive", "{\"limit\":\"5\"}")))
                .containsExactly(
                        "error_code: is required, or group, or ids", "limit: must be a whole number from 1 to 1000");
        for (String body : List.of("{", "[]", "{} {}", "{\"limit\":1,\"limit\":2}", "")) {
            assertThat(post(LETTERS + "/redrive", body).statusCode()).as(body).isIn(400, 415);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"019bc6ec-0000-7000-8000-000000000000", "1", "null", "%27%20OR%201=1"})
    void returns404ForAnUnknownOrMalformedId(String id) throws Exception {
        problem(root.get(LETTERS + "/" + id), 404);
        problem(post(LETTERS + "/" + id + "/redrive", ""), 404);
        problem(delete(id), 404);
    }

    @Test
    void showsTheStats() throws Exception {
        recode(letterOf(alice.start("fail permanently")));
        JsonNode stats = json(expect(200, root.get("/admin/stats")));
        assertThat(names(stats))
                .containsExactly(
                        "jobs", "ended_jobs_estimated", "oldest_queued_age_sec", "outbox_depth", "dead_letters");
        assertThat(stats.path("ended_jobs_estimated").isBoolean()).isTrue();
        assertThat(names(stats.path("jobs")))
                .containsExactly("QUEUED", "PROCESSING", "COMPLETED", "FAILED", "CANCELLED");
        assertThat(stats.path("jobs").path("FAILED").asInt()).isPositive();
        assertThat(stats.path("outbox_depth").isIntegralNumber()).isTrue();
        assertThat(stats.path("dead_letters").path(code).asInt()).isOne();
    }

    /** Waits until the failure and the dead letter are recorded, and returns the dead letter's ID. */
    private String letterOf(String job) throws Exception {
        alice.await(job, "FAILED");
        return Awaitility.await()
                .until(
                        () -> database.queryForList(
                                "SELECT id::text FROM dead_letters WHERE job_id = cast(? AS uuid) AND message_id NOT LIKE 'result:%'",
                                String.class, job),
                        ids -> ids.size() == 1)
                .get(0);
    }

    /** Removes the cause of the job's failure. */
    private void removeCause(String job) {
        database.update("UPDATE jobs SET metadata = '{}' WHERE id = cast(? AS uuid)", job);
    }

    private void recode(String letter) {
        database.update("UPDATE dead_letters SET error_code = ? WHERE id = cast(? AS uuid)", code, letter);
    }

    private JsonNode list(String query) throws Exception {
        return json(expect(200, root.get(LETTERS + "?limit=100" + query))).path("dead_letters");
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        var request = root.request(path);
        return send(
                body.isEmpty()
                        ? request.POST(BodyPublishers.noBody())
                        : request.header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private HttpResponse<String> delete(String letter) throws Exception {
        return send(root.request(LETTERS + "/" + letter).DELETE());
    }

    private static HttpResponse<String> expect(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer;
    }
}
