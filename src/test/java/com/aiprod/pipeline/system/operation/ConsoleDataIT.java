package com.aiprod.pipeline.system.operation;

import static com.aiprod.pipeline.system.User.faults;
import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the pages for operators read. */
@SystemTest
class ConsoleDataIT {

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    private User alice;
    private User root;

    @BeforeEach
    void createUsers() {
        alice = User.of(port, "alice");
        root = User.admin(port, "root");
    }

    @Test
    void showsTheOverview() throws Exception {
        String job = alice.start("");
        alice.await(job, "COMPLETED");
        Awaitility.await().untilAsserted(() -> {
            JsonNode overview = json(expect(200, root.get("/admin/overview")));
            assertThat(overview.path("stats").path("jobs").path("COMPLETED").asInt())
                    .isPositive();
            assertThat(overview.path("workers").findValuesAsText("alive")).contains("true");
            assertThat(overview.path("pipelines").findValuesAsText("name")).contains("video");
            assertThat(overview.path("last_hour").path("spans")).hasSize(30);
            assertThat(overview.path("last_hour").path("total_sec").path("p95").asDouble())
                    .isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/overview", "/admin/dead-letter-groups", "/admin/pipelines"})
    void answersWhoPollsWithAnETag(String path) throws Exception {
        // The document can change in between.
        Awaitility.await().until(() -> {
            HttpResponse<String> first = expect(200, root.get(path));
            assertThat(first.headers().firstValue("Cache-Control")).contains("private, no-cache");
            String tag = first.headers().firstValue("ETag").orElseThrow();
            HttpResponse<String> second = root.get(path, "If-None-Match", tag);
            assertThat(second.statusCode()).isIn(200, 304);
            assertThat(second.statusCode() == 200 || second.body().isEmpty()).isTrue();
            return second.statusCode() == 304;
        });
    }

    @Test
    void findsJobsOfAllUsers() throws Exception {
        String job = alice.start("fail permanently");
        alice.await(job, "FAILED");
        String code = alice.job(job).path("result").path("error_code").asText();
        for (String filter : List.of(
                "user=" + alice.id(),
                "user=" + alice.id() + "&status=FAILED",
                "status=FAILED&limit=100",
                "error_code=" + code + "&limit=100",
                "since=2020-01-01T00:00:00Z&user=" + alice.id())) {
            assertThat(json(expect(200, root.get("/admin/jobs?" + filter)))
                            .path("jobs")
                            .findValuesAsText("job_id"))
                    .as(filter)
                    .contains(job);
        }
        assertThat(json(root.get("/admin/jobs?user=" + alice.id() + "&status=COMPLETED"))
                        .path("jobs"))
                .isEmpty();
        assertThat(json(root.get("/admin/jobs?until=2020-01-01T00:00:00Z"))
                        .path("jobs")
                        .findValuesAsText("job_id"))
                .doesNotContain(job);
        HttpResponse<String> page = expect(200, root.get("/admin/jobs?limit=1&since=2020-01-01T00:00:00Z"));
        String link = page.headers().firstValue("Link").orElseThrow();
        expect(200, root.get(link.substring(1, link.indexOf('>'))));

        JsonNode read = json(expect(200, root.get("/admin/jobs/" + job)));
        assertThat(read.path("user_id").asText()).isEqualTo(alice.id());
        assertThat(read.path("job").path("job_id").asText()).isEqualTo(job);
        assertThat(read.path("content").asText()).isEqualTo("A tide comes in.");
        problem(root.get("/admin/jobs/1"), 404);
        problem(root.get("/admin/jobs/" + UUID.randomUUID()), 404);
    }

    @Test
    void namesInvalidParameters() throws Exception {
        assertThat(faults(root.get("/admin/jobs?user=&status=x&preset=X&pipeline=X&error_code=&since=x&until=x"
                        + "&limit=0&cursor=x&offset=5")))
                .extracting(fault -> fault.substring(0, fault.indexOf(':')))
                .containsExactlyInAnyOrder(
                        "user",
                        "status",
                        "preset",
                        "pipeline",
                        "error_code",
                        "since",
                        "until",
                        "limit",
                        "cursor",
                        "offset");
        assertThat(faults(root.get("/admin/dead-letters?group=x")))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("group:");
        assertThat(faults(post("/admin/dead-letters/redrive", "{\"group\":\"x\",\"ids\":[\"1\"]}")))
                .extracting(fault -> fault.substring(0, fault.indexOf(':')))
                .containsExactly("ids", "group", "ids");
        assertThat(faults(post("/admin/dead-letters/discard", "{\"ids\":[]}"))).hasSize(1);
    }

    @Test
    void redrivesAGroupAndSome() throws Exception {
        List<String> jobs = new ArrayList<>();
        List<String> letters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            jobs.add(alice.start("fail permanently"));
        }
        String code = "GROUP_" + UUID.randomUUID();
        for (String job : jobs) {
            letters.add(letterOf(job));
            database.update("UPDATE jobs SET metadata = '{}' WHERE id = cast(? AS uuid)", job);
            database.update("UPDATE dead_letters SET error_code = ? WHERE job_id = cast(? AS uuid)", code, job);
        }
        JsonNode group = Awaitility.await().until(() -> groupOf(code), found -> found != null);
        assertThat(group.path("count").asInt()).isEqualTo(3);
        String id = group.path("group").asText();
        assertThat(json(expect(200, root.get("/admin/dead-letters?group=" + id)))
                        .path("dead_letters")
                        .findValuesAsText("id"))
                .containsExactlyInAnyOrderElementsOf(letters);

        JsonNode some =
                json(expect(200, post("/admin/dead-letters/redrive", "{\"ids\":[\"" + letters.get(2) + "\"]}")));
        assertThat(some.path("redriven").findValuesAsText("job_id")).containsExactly(jobs.get(2));
        // This process changed it, so it is read anew at once.
        assertThat(groupOf(code).path("count").asInt()).isEqualTo(2);
        String request = "{\"group\":\"" + id + "\",\"limit\":1}";
        assertThat(json(expect(200, post("/admin/dead-letters/redrive", request)))
                        .path("count")
                        .asInt())
                .isOne();
        assertThat(json(expect(200, post("/admin/dead-letters/discard", request)))
                        .path("count")
                        .asInt())
                .isOne();
        assertThat(groupOf(code)).isNull();
    }

    @Test
    void describesARevision() throws Exception {
        JsonNode video = null;
        for (JsonNode pipeline : json(root.get("/admin/pipelines")).path("pipelines")) {
            video = pipeline.path("name").asText().equals("video") ? pipeline : video;
        }
        String revision = video.path("live").path("revision").asText();
        JsonNode read = json(expect(200, root.get("/admin/pipelines/video/revisions/" + revision)));
        assertThat(read.path("live").asBoolean()).isTrue();
        assertThat(read.path("files").path("video.camel.yaml").path("text").asText())
                .contains("call-render");
        assertThat(read.path("flow").path(0).path("id").asText()).isEqualTo("video");
        problem(root.get("/admin/pipelines/video/revisions/x"), 404);
        problem(root.get("/admin/pipelines/nothing/revisions/" + revision), 404);
    }

    private JsonNode groupOf(String code) throws Exception {
        for (JsonNode group :
                json(expect(200, root.get("/admin/dead-letter-groups"))).path("groups")) {
            if (group.path("error_code").asText().equals(code)) {
                return group;
            }
        }
        return null;
    }

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

    private HttpResponse<String> post(String path, String body) throws Exception {
        return send(
                root.request(path).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<String> expect(int status, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return answer;
    }
}
