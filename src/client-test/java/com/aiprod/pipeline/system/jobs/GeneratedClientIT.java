package com.aiprod.pipeline.system.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.aiprod.client.ApiClient;
import com.aiprod.client.ApiException;
import com.aiprod.client.api.JobsApi;
import com.aiprod.client.api.OperatorsApi;
import com.aiprod.client.api.PresetsApi;
import com.aiprod.client.model.AcceptedJob;
import com.aiprod.client.model.Job;
import com.aiprod.client.model.JobPage;
import com.aiprod.client.model.JobRequest;
import com.aiprod.client.model.JobStatus;
import com.aiprod.client.model.JobSummary;
import com.aiprod.client.model.Priority;
import com.aiprod.client.model.StateEntry;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.system.SystemTest;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The main use case, through a client that a stock generator made from openapi.yaml. */
@SystemTest
class GeneratedClientIT {

    @LocalServerPort
    private int port;

    private ApiClient client;
    private JobsApi jobs;

    @BeforeEach
    void createClient() {
        client = clientOf(port, "alice-" + UUID.randomUUID());
        jobs = new JobsApi(client);
    }

    @Test
    void submitsAJobAndReadsItsResult() throws Exception {
        JobRequest request = new JobRequest()
                .content("The sea.")
                .preset("brand_story")
                .priority(Priority.HIGH)
                .durationSec(7)
                .metadata(Map.of("order", 4711));
        String key = UUID.randomUUID().toString();
        AcceptedJob accepted = jobs.submitJob(request, key, null, "order-4711.1");
        assertThat(jobs.submitJob(request, key, null, null).getJobId()).isEqualTo(accepted.getJobId());

        Job job = Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(
                        () -> jobs.getJob(accepted.getJobId(), null, null, null),
                        read -> read.getStatus() == JobStatus.COMPLETED);

        assertThat(job.getMetadata()).isEqualTo(Map.of("order", 4711));
        assertThat(job.getStateHistory())
                .extracting(StateEntry::getState)
                .containsExactly(JobStatus.QUEUED, JobStatus.PROCESSING, JobStatus.COMPLETED);
        assertThat(job.getResult().getSuccess()).isTrue();
        assertThat(job.getResult().getOutput().getDurationSec()).isEqualByComparingTo("7");
        assertThat(job.getCompletedAt()).isAfter(job.getCreatedAt());
        assertThat(job.getProgress()).isNull();
        JobPage page = jobs.listJobs(JobStatus.COMPLETED, "brand_story", 10, null, null, null, null);
        assertThat(page.getJobs()).extracting(JobSummary::getJobId).containsExactly(job.getJobId());
        assertThat(page.getNextCursor()).isNull();
    }

    @Test
    void cancelsAJob() throws Exception {
        JobRequest request = new JobRequest().content("The sea.").metadata(Map.of("script", "hang"));
        UUID id = jobs.submitJob(request, null, null, null).getJobId();
        assertThat(jobs.cancelJob(id, null).getStatus()).isEqualTo(JobStatus.CANCELLED);
    }

    @Test
    void listsThePresets() throws Exception {
        var presets = new PresetsApi(client).listPresets(null).getPresets();
        assertThat(presets)
                .extracting("name")
                .isEqualTo(BuiltInPresets.catalog().names());
    }

    @Test
    void reportsProblems() {
        ApiException unknown =
                catchThrowableOfType(ApiException.class, () -> jobs.getJob(UUID.randomUUID(), null, null, null));
        assertThat(unknown.getCode()).isEqualTo(404);
        assertThat(unknown.getResponseBody()).contains("/problems/not-found");
        ApiException forbidden =
                catchThrowableOfType(ApiException.class, () -> new OperatorsApi(client).getStats(null));
        assertThat(forbidden.getCode()).isEqualTo(403);
    }

    /** Returns a generated client with the user's token. */
    static ApiClient clientOf(int port, String user) {
        ApiClient client = new ApiClient();
        client.updateBaseUri("http://localhost:" + port);
        client.setRequestInterceptor(
                request -> request.header("Authorization", "Bearer " + DevelopmentTokens.token(user)));
        return client;
    }
}
