package com.aiprod.pipeline.system.pipelines;

import static com.aiprod.pipeline.system.pipelines.Installation.operator;
import static com.aiprod.pipeline.system.pipelines.Installation.user;
import static com.aiprod.pipeline.system.pipelines.TwoStages.MISTAKES;
import static com.aiprod.pipeline.system.pipelines.TwoStages.SETTINGS;
import static com.aiprod.pipeline.system.pipelines.TwoStages.awaitLiveOtherThan;
import static com.aiprod.pipeline.system.pipelines.TwoStages.awaitOffer;
import static com.aiprod.pipeline.system.pipelines.TwoStages.awaitRefusalOtherThan;
import static com.aiprod.pipeline.system.pipelines.TwoStages.live;
import static com.aiprod.pipeline.system.pipelines.TwoStages.pipeline;
import static com.aiprod.pipeline.system.pipelines.TwoStages.save;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Revisions that go live while jobs run. */
class PipelineSwitchIT {

    @Test
    void switchesUnderLoadWithoutLosingOrMixingJobs(@TempDir Path folder) throws Exception {
        int switches = 20;
        int jobs = 500;
        try (Installation installation = new Installation(folder)) {
            installation.write("pipelines/two-stages/pipeline.yaml", SETTINGS);
            save(installation, 0);
            ConfigurableApplicationContext application = installation.start(Map.of("aiprod.worker.concurrency", "8"));
            User alice = user(application, "alice");
            User olga = operator(application);
            awaitOffer(alice);
            Map<String, String> numberOfRevision = new HashMap<>();
            String revision = live(olga);
            numberOfRevision.put(revision, "0");

            AtomicBoolean switching = new AtomicBoolean(true);
            ConcurrentLinkedQueue<String> submitted = new ConcurrentLinkedQueue<>();
            CompletableFuture<Void> clients = CompletableFuture.runAsync(() -> {
                while (switching.get() || submitted.size() < jobs) {
                    try {
                        submitted.add(User.json(alice.submit("{\"content\":\"x\",\"preset\":\"two_stages\"}"))
                                .get("job_id")
                                .asText());
                        // As fast as eight slots run them, so that every switch meets running and waiting jobs.
                        Awaitility.await()
                                .pollInterval(Duration.ofMillis(1))
                                .pollDelay(Duration.ofMillis(20))
                                .until(() -> true);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
            });
            String refused = "";
            for (int i = 1; i <= switches; i++) {
                if (i % 3 == 0) {
                    String mistake = MISTAKES.get(i / 3 % MISTAKES.size());
                    installation.write("pipelines/two-stages/broken.camel.yaml", mistake + "# " + i + "\n");
                    awaitRefusalOtherThan(refused, olga);
                    refused = pipeline(olga, "two-stages")
                            .path("refused")
                            .path("revision")
                            .asText();
                    assertThat(live(olga)).isEqualTo(revision);
                    installation.delete("pipelines/two-stages/broken.camel.yaml");
                } else {
                    save(installation, i);
                    revision = awaitLiveOtherThan(revision, olga);
                    numberOfRevision.put(revision, String.valueOf(i));
                }
            }
            switching.set(false);
            clients.join();

            assertThat(submitted).hasSizeGreaterThanOrEqualTo(jobs);
            for (String job : submitted) {
                JsonNode ended = alice.await(job, "COMPLETED");
                JsonNode output = ended.path("result").path("output");
                String ran = ended.path("state_history")
                        .get(1)
                        .path("metadata")
                        .path("revision")
                        .asText();
                assertThat(output.path("first").asText())
                        .as("job %s on revision %s", job, ran)
                        .isEqualTo(output.path("second").asText())
                        .isEqualTo(numberOfRevision.get(ran));
                assertThat(ended.path("attempt").asInt()).isEqualTo(1);
            }
        }
    }
}
