package com.aiprod.pipeline.system.jobs;

import static com.aiprod.pipeline.system.User.json;
import static com.aiprod.pipeline.system.User.problem;
import static com.aiprod.pipeline.system.User.send;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.apache.camel.CamelContext;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** Cancelling a job in each state, as its owner sees it. */
@SystemTest
@ExtendWith(OutputCaptureExtension.class)
class CancelIT {

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate database;

    @Autowired
    private CamelContext camel;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void neverRunsAJobCancelledBeforePublication() throws Exception {
        camel.getRouteController().stopRoute("dispatch-jobs");
        String id;
        try {
            id = alice.start("none");
            assertThat(states(cancelled(id))).containsExactly("QUEUED", "CANCELLED");
        } finally {
            camel.getRouteController().startRoute("dispatch-jobs");
        }
        assertThat(database.queryForObject(
                        "SELECT count(*) FROM outbox WHERE job_id = cast(? AS uuid)", Integer.class, id))
                .isZero();
        alice.await(alice.start("none"), "COMPLETED");
        assertThat(states(alice.job(id))).containsExactly("QUEUED", "CANCELLED");
    }

    @Test
    void stopsARunningJobWithoutAResultOrADeadLetter(CapturedOutput output) throws Exception {
        String id = alice.start("hang");
        alice.await(id, "PROCESSING");

        JsonNode job = cancelled(id);

        assertThat(states(job)).containsExactly("QUEUED", "PROCESSING", "CANCELLED");
        assertThat(job.path("result").isNull()).isTrue();
        assertThat(job.path("progress").isNull()).isTrue();
        assertThat(job.path("completed_at").isNull()).isFalse();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .until(() -> output.getAll().contains("Job " + id + " attempt 1 stopped"));
        assertThat(output.getAll()).doesNotContain("Job " + id + " attempt 1 finished");
        assertThat(alice.job(id)).isEqualTo(job);
        assertThat(database.queryForObject(
                        "SELECT count(*) FROM dead_letters WHERE job_id = cast(? AS uuid)", Integer.class, id))
                .isZero();
        problem(alice.get("/pipeline/job/" + id + "/artifacts/video.mp4"), 404);
    }

    @Test
    void isIdempotent() throws Exception {
        String id = alice.start("hang");
        JsonNode job = cancelled(id);
        HttpResponse<String> again = cancel(alice, id);
        assertThat(json(again)).isEqualTo(job);
        String tag = again.headers().firstValue("ETag").orElseThrow();
        // If-None-Match applies to reads only; a cancellation still returns the job.
        assertThat(cancel(alice, id, "If-None-Match", tag).statusCode()).isEqualTo(200);
    }

    @Test
    void leavesACompletedOrFailedJobUnchanged() throws Exception {
        String completed = alice.start("none");
        String failed = alice.start("fail permanently");
        for (JsonNode before : List.of(alice.await(completed, "COMPLETED"), alice.await(failed, "FAILED"))) {
            String id = before.path("job_id").asText();
            JsonNode problem = problem(cancel(alice, id), 409);
            assertThat(problem.path("type").asText()).isEqualTo("/problems/conflict");
            assertThat(alice.job(id)).isEqualTo(before);
        }
    }

    @Test
    void rejectsAnyoneButTheOwner() throws Exception {
        String id = alice.start("hang");
        alice.await(id, "PROCESSING");
        problem(cancel(User.of(port, "mallory"), id), 403);
        problem(cancel(User.admin(port, "root"), id), 403);
        assertThat(alice.job(id).path("status").asText()).isEqualTo("PROCESSING");
        for (String unknown : List.of("019bc6ec-0000-7000-8000-000000000000", "1", "null", "%27%20OR%201=1")) {
            problem(cancel(alice, unknown), 404);
        }
        cancelled(id);
    }

    private JsonNode cancelled(String id) throws Exception {
        HttpResponse<String> answer = cancel(alice, id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
        JsonNode job = json(answer);
        assertThat(job.path("status").asText()).isEqualTo("CANCELLED");
        assertThat(job).isEqualTo(alice.job(id));
        return job;
    }

    private static HttpResponse<String> cancel(User user, String id, String... headers) throws Exception {
        var request = user.request("/pipeline/job/" + id + "/cancel").POST(BodyPublishers.noBody());
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static List<String> states(JsonNode job) {
        return job.path("state_history").findValuesAsText("state");
    }
}
