package com.aiprod.pipeline.system.failures;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.Bystander;
import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;

/** A worker dies: its job runs again, the history shows it, and the dead worker's late result is ignored. */
@SystemTest
class WorkerDeathIT {

    @LocalServerPort
    private int port;

    @Value("${aiprod.pubsub.emulator-host}")
    private String broker;

    @Autowired
    private JdbcTemplate database;

    private User alice;

    @BeforeEach
    void createUser() {
        alice = User.of(port, "alice");
    }

    @Test
    void runsTheJobAgainAndIgnoresTheLateResult() throws Exception {
        String id = alice.start("hang once");
        alice.await(id, "PROCESSING");
        loseWorker(id);

        JsonNode job = alice.await(id, "COMPLETED");
        assertThat(job.path("attempt").asInt()).isEqualTo(2);
        List<String> story = new ArrayList<>();
        for (JsonNode entry : job.path("state_history")) {
            JsonNode metadata = entry.path("metadata");
            story.add((entry.path("state").asText() + " "
                            + metadata.path("attempt").asText("") + " "
                            + metadata.path("reason").asText(""))
                    .strip());
        }
        assertThat(story)
                .containsExactly("QUEUED", "PROCESSING 1", "QUEUED 1 lease_expired", "PROCESSING 2", "COMPLETED 2");
        assertThat(job.path("state_history")
                        .path(2)
                        .path("metadata")
                        .path("worker_id")
                        .asText())
                .isEqualTo("ghost");

        try (Bystander bystander = new Bystander(broker)) {
            for (String status : List.of("error", "success")) {
                String result =
                        "{\"job_id\":\"%s\",\"status\":\"%s\",\"output\":{\"late\":true},\"processing_time_ms\":1}"
                                .formatted(id, status);
                bystander.publish(Bystander.RESULTS, result, Map.of("job_id", id, "attempt", "1"));
                bystander.publish(Bystander.RESULTS, result, Map.of("job_id", id, "attempt", "2"));
                bystander.publish(Bystander.RESULTS, result, Map.of("job_id", id, "attempt", "3"));
            }
            bystander.publish(Bystander.JOBS, "{\"job_id\":\"" + id + "\"}", Map.of("job_id", id, "attempt", "3"));
            // The subscriptions handle these messages before the ones that follow.
            alice.await(alice.start("none"), "COMPLETED");
            alice.await(alice.start("none"), "COMPLETED");
        }
        assertThat(alice.job(id)).isEqualTo(job);
    }

    @Test
    void failsAJobThatLosesEveryWorker() throws Exception {
        String id = alice.start("hang");
        for (int attempt = 1; attempt <= 5; attempt++) {
            int current = attempt;
            Awaitility.await()
                    .atMost(Duration.ofSeconds(20))
                    .until(
                            () -> alice.job(id),
                            job -> job.path("attempt").asInt() == current
                                    && "PROCESSING".equals(job.path("status").asText()));
            loseWorker(id);
        }
        JsonNode job = alice.await(id, "FAILED");
        assertThat(job.path("attempt").asInt()).isEqualTo(5);
        assertThat(job.path("result").path("error_code").asText()).isEqualTo("ATTEMPTS_EXHAUSTED");
        assertThat(job.path("result").path("retryable").asBoolean()).isTrue();
        assertThat(database.queryForList(
                        "SELECT error_code FROM dead_letters WHERE job_id = cast(? AS uuid)", String.class, id))
                .containsExactly("ATTEMPTS_EXHAUSTED");
    }

    /** As if another process had claimed the job and died: nothing renews the lease. */
    private void loseWorker(String id) {
        int changed = database.update(
                "UPDATE jobs SET worker_id = 'ghost', lease_expires_at = now() - interval '1 second'"
                        + " WHERE id = cast(? AS uuid) AND state = 'PROCESSING'",
                id);
        assertThat(changed).isEqualTo(1);
    }
}
