package com.aiprod.pipeline.system.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.docs.OpenApi;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.test.web.server.LocalManagementPort;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The metrics after one completed, one failed, and one cancelled job, and one rejected submission. */
@SystemTest
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetricsIT {

    @LocalServerPort
    private int port;

    @LocalManagementPort
    private int managementPort;

    private Scrape before;
    private Scrape after;

    @BeforeAll
    void runJobs() throws Exception {
        before = Scrape.of(managementPort);
        User alice = User.of(port, "alice");
        String completed = alice.start("none");
        String failed = alice.start("fail permanently");
        String cancelled = alice.start("hang");
        alice.await(cancelled, "PROCESSING");
        Awaitility.await().until(() -> Scrape.of(managementPort).value("aiprod_worker_jobs_active") >= 1);
        assertThat(User.send(alice.request("/pipeline/job/" + cancelled + "/cancel")
                                .POST(BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(200);
        assertThat(alice.submit("{\"content\":\"\"}").statusCode()).isEqualTo(400);
        for (int time = 0; time < 2; time++) {
            HttpResponse<String> keyed = alice.submit("{\"content\":\"x\"}", "Idempotency-Key", "key-" + alice.id());
            assertThat(keyed.statusCode()).isEqualTo(202);
        }
        alice.await(completed, "COMPLETED");
        alice.await(failed, "FAILED");
        after = Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .until(
                        () -> Scrape.of(managementPort),
                        scrape -> rise(scrape, "aiprod_dead_letters_total", "code=other") >= 1
                                && rise(scrape, "aiprod_jobs_ended_total", "state=completed") >= 2
                                && rise(scrape, "aiprod_leases_lost_total", "reason=disowned") >= 1
                                && scrape.value("aiprod_dead_letters_unsettled", "code=other") >= 1);
    }

    @Test
    void countsSubmissionsByOutcome() {
        assertThat(rise("aiprod_submissions_total", "outcome=created")).isEqualTo(4);
        assertThat(rise("aiprod_submissions_total", "outcome=replayed")).isEqualTo(1);
        assertThat(rise("aiprod_submissions_total", "outcome=invalid")).isEqualTo(1);
        assertThat(rise("aiprod_submissions_total", "outcome=failed")).isZero();
    }

    @Test
    void timesSubmissions() {
        String[] accepted = {"uri=/pipeline/run", "method=POST", "status=202", "held=false"};
        assertThat(rise("http_server_requests_seconds_count", accepted)).isEqualTo(5);
        assertThat(after.series())
                .anySatisfy(series -> assertThat(series.labels())
                        .containsAllEntriesOf(
                                Map.of("uri", "/pipeline/run", "status", "202", "held", "false", "le", "0.1")));
    }

    @Test
    void timesAJobFromSubmissionToResult() {
        assertThat(rise("aiprod_job_queue_wait_seconds_count", "priority=low")).isGreaterThanOrEqualTo(4);
        assertThat(rise("aiprod_job_run_seconds_count", "preset=quick_social", "outcome=success"))
                .isGreaterThanOrEqualTo(2);
        assertThat(rise("aiprod_job_run_seconds_count", "preset=quick_social", "outcome=error"))
                .isGreaterThanOrEqualTo(1);
        assertThat(rise("aiprod_job_duration_seconds_count", "preset=quick_social"))
                .isGreaterThanOrEqualTo(2);
        double mean = after.value("aiprod_job_duration_seconds_sum") / after.value("aiprod_job_duration_seconds_count");
        assertThat(mean).isBetween(0.001, 60.0);
    }

    @Test
    void countsHowJobsEnd() {
        assertThat(rise("aiprod_jobs_ended_total", "state=completed", "code=none"))
                .isGreaterThanOrEqualTo(2);
        assertThat(rise("aiprod_jobs_ended_total", "state=failed", "code=other"))
                .isGreaterThanOrEqualTo(1);
        assertThat(rise("aiprod_jobs_ended_total", "state=cancelled")).isGreaterThanOrEqualTo(1);
        assertThat(after.value("aiprod_jobs_ended_total", "state=failed", "code=PIPELINE_TIMEOUT"))
                .isNotNaN();
    }

    @Test
    void showsLeasedAndSettledMessages() {
        for (String subscription :
                List.of("aiprod-pipeline-jobs-sub", "aiprod-pipeline-results-sub", "aiprod-pipeline-dlq-sub")) {
            assertThat(rise("aiprod_pubsub_messages_settled_total", "subscription=" + subscription, "outcome=ack"))
                    .as(subscription)
                    .isGreaterThanOrEqualTo(1);
            assertThat(after.value("aiprod_pubsub_messages_leased", "subscription=" + subscription))
                    .as(subscription)
                    .isNotNegative();
        }
    }

    @Test
    void showsTheWorkerThePoolAndTheRoutes() {
        assertThat(after.value("aiprod_worker_slots")).isEqualTo(12);
        assertThat(after.value("hikaricp_connections_max")).isEqualTo(20);
        assertThat(after.names()).contains("hikaricp_connections_active", "hikaricp_connections_pending");
        assertThat(rise("camel_exchanges_failures_handled_total", "routeId=attempt-job"))
                .isGreaterThanOrEqualTo(1);
        assertThat(after.value("camel_exchanges_failed_total", "routeId=record-result"))
                .isZero();
        assertThat(after.names())
                .contains(
                        "aiprod_retries_total",
                        "aiprod_jobs_rescued_total",
                        "aiprod_outbox_depth",
                        "aiprod_outbox_age_seconds",
                        "aiprod_jobs_in_flight",
                        "aiprod_jobs_in_flight_limit",
                        "aiprod_oldest_waiting_job_age_seconds");
        assertThat(after.value("aiprod_jobs", "state=queued")).isNotNegative();
    }

    /** A job ID, a user ID, a worker ID, or a message in a label would create series without bound. */
    @Test
    void hasBoundedLabelsOnly() {
        assertThat(after.series())
                .allSatisfy(series -> series.labels()
                        .forEach((name, value) -> assertThat(value)
                                .as(series.toString())
                                .doesNotContain("alice")
                                .doesNotContainPattern("[0-9a-f]{8}-[0-9a-f]{4}")));
        assertThat(after.series())
                .filteredOn(series -> series.name().startsWith("aiprod_"))
                .allSatisfy(series -> assertThat(List.of(
                                "outcome",
                                "state",
                                "code",
                                "priority",
                                "preset",
                                "pipeline",
                                "revision",
                                "stage",
                                "reason",
                                "route",
                                "subscription",
                                "effect",
                                "le"))
                        .containsAll(series.labels().keySet()));
        assertThat(after.series())
                .filteredOn(series -> series.name().startsWith("aiprod_"))
                .hasSizeLessThan(1_000);
    }

    /** Bounds the series of http_server_requests. Their number depends on the requests of all tests in this JVM. */
    @Test
    void labelsRequestsWithPathTemplatesOnly() {
        List<String> templates = Stream.concat(
                        OpenApi.operations().stream().map(OpenApi.Operation::path),
                        Stream.of(
                                "/docs/**",
                                "/console",
                                "/console/**",
                                "/",
                                "/error",
                                "/**",
                                "root",
                                "REDIRECTION",
                                "NOT_FOUND",
                                "UNKNOWN"))
                .toList();
        assertThat(after.series())
                .filteredOn(series -> series.name().startsWith("http_server_requests_"))
                .extracting(series -> series.labels().get("uri"))
                .isNotEmpty()
                .isSubsetOf(templates);
    }

    private double rise(String name, String... labels) {
        return rise(after, name, labels);
    }

    private double rise(Scrape scrape, String name, String... labels) {
        double was = before.value(name, labels);
        return scrape.value(name, labels) - (Double.isNaN(was) ? 0 : was);
    }
}
