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
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** Revisions of pipelines in running workers. */
class PipelinesIT {

    private static JsonNode runJob(User user) throws Exception {
        return User.json(user.submit("{\"content\":\"x\",\"preset\":\"two_stages\"}", "Prefer", "wait=30"));
    }

    @Test
    void aRestartWithBrokenFilesRunsTheLastGoodRevision(@TempDir Path folder) throws Exception {
        try (Installation installation = new Installation(folder)) {
            installation.write("pipelines/two-stages/pipeline.yaml", SETTINGS);
            save(installation, 1);
            ConfigurableApplicationContext first = installation.start(Map.of());
            awaitOffer(user(first, "alice"));
            String good = live(operator(first));
            first.close();

            installation.write("pipelines/two-stages/second.camel.yaml", MISTAKES.get(1));
            ConfigurableApplicationContext second = installation.start(Map.of());
            User olga = operator(second);
            awaitRefusalOtherThan("", olga);
            JsonNode job = runJob(user(second, "alice"));
            assertThat(job.path("result").path("output").path("second").asText())
                    .isEqualTo("1");
            assertThat(live(olga)).isEqualTo(good);
            assertThat(pipeline(olga, "two-stages").path("refused").path("faults"))
                    .anySatisfy(fault -> {
                        assertThat(fault.path("file").asText()).endsWith("pipelines/two-stages/second.camel.yaml");
                        assertThat(fault.path("line").asInt()).isEqualTo(8);
                        assertThat(fault.path("step").asText()).isEqualTo("misspelt");
                        assertThat(fault.path("message").asText()).contains("'nobody'");
                    });
            assertThat(readiness(second)).isEqualTo(200);
        }
    }

    private static int readiness(ConfigurableApplicationContext application) throws Exception {
        URI uri = URI.create("http://localhost:" + Installation.port(application, "local.management.port")
                + "/actuator/health/readiness");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    @Test
    void anOperatorGoesBackAndItStaysUntilFilesChange(@TempDir Path folder) throws Exception {
        try (Installation installation = new Installation(folder)) {
            installation.write("pipelines/two-stages/pipeline.yaml", SETTINGS);
            save(installation, 1);
            ConfigurableApplicationContext first = installation.start(Map.of());
            User olga = operator(first);
            awaitOffer(user(first, "alice"));
            String before = live(olga);
            save(installation, 2);
            String after = awaitLiveOtherThan(before, olga);

            assertThat(publish(olga, before)).isEqualTo(200);
            assertThat(live(olga)).isEqualTo(before);
            Awaitility.await("the worker runs it again")
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> runJob(user(first, "alice"))
                            .path("result")
                            .path("output")
                            .path("second")
                            .asText()
                            .equals("1"));
            assertThat(pipeline(olga, "two-stages")
                            .path("live")
                            .path("published_by")
                            .asText())
                    .isEqualTo(olga.id());
            assertThat(publish(olga, "000000000000")).isEqualTo(404);
            first.close();

            // This process still mounts the files of the other revision.
            ConfigurableApplicationContext second = installation.start(Map.of());
            User again = operator(second);
            JsonNode job = runJob(user(second, "alice"));
            assertThat(job.path("result").path("output").path("second").asText())
                    .isEqualTo("1");
            assertThat(live(again)).isEqualTo(before).isNotEqualTo(after);

            save(installation, 3);
            awaitLiveOtherThan(before, again);
            save(installation, 1);
            Awaitility.await("the content of the first revision is live again")
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> live(again).equals(before));
        }
    }

    private static int publish(User operator, String revision) throws Exception {
        return User.send(operator.request("/admin/pipelines/two-stages/revisions/" + revision + "/publish")
                        .POST(HttpRequest.BodyPublishers.noBody()))
                .statusCode();
    }

    @Test
    void aWorkerWithoutTheFilesRunsWhatThePresetOfTheJobSays(@TempDir Path folder, @TempDir Path empty)
            throws Exception {
        try (Installation installation = new Installation(folder)) {
            installation.write("pipelines/two-stages/pipeline.yaml", SETTINGS);
            save(installation, 1);
            ConfigurableApplicationContext first = installation.start(Map.of());
            awaitOffer(user(first, "alice"));
            first.close();

            ConfigurableApplicationContext other =
                    installation.start(Map.of("aiprod.routes-dir", empty.toString(), "aiprod.pipeline.timeout", "30s"));
            JsonNode job = runJob(user(other, "alice"));
            assertThat(job.path("result").path("output").path("second").asText())
                    .isEqualTo("1");
            assertThat(job.path("state_history")
                            .get(1)
                            .path("metadata")
                            .path("pipeline")
                            .asText())
                    .isEqualTo("two-stages");
        }
    }

    @Test
    void aPipelineThatWaitsHoldsNoSlotOfTheWorker(@TempDir Path folder) throws Exception {
        try (Installation installation = new Installation(folder)) {
            installation.write("pipelines/two-stages/pipeline.yaml", SETTINGS);
            save(installation, 1);
            installation.write("pipelines/waiting/pipeline.yaml", """
                    description: Waits for others.
                    slots: 5
                    presets:
                      waiting:
                        description: Waits for others.
                        default_duration_sec: 1
                        max_duration_sec: 1
                    """);
            installation.write("pipelines/waiting/waiting.camel.yaml", """
                    - route:
                        id: waiting
                        description: Leaves when it began and ended.
                        from:
                          id: from-waiting
                          uri: direct:waiting
                          steps:
                            - setVariable:
                                id: begin
                                name: began
                                method:
                                  beanType: java.lang.System
                                  method: currentTimeMillis
                            - delay:
                                id: wait
                                constant: "2000"
                            - setVariable:
                                id: end
                                name: ended
                                method:
                                  beanType: java.lang.System
                                  method: currentTimeMillis
                            - setBody:
                                id: leave-times
                                method:
                                  beanType: java.util.Map
                                  method: of('began', ${variable.began}, 'ended', ${variable.ended})
                    """);
            ConfigurableApplicationContext application = installation.start(Map.of("aiprod.worker.concurrency", "1"));
            User alice = user(application, "alice");
            User bob = user(application, "bob");
            awaitOffer(alice);
            Awaitility.await().until(() -> alice.get("/presets").body().contains("\"waiting\""));

            List<String> waiting = User.atOnce(
                    12,
                    4,
                    () -> User.json(alice.submit("{\"content\":\"x\",\"preset\":\"waiting\"}"))
                            .get("job_id")
                            .asText());
            // It overtakes what waits for a slot of its pipeline.
            assertThat(runJob(bob).path("status").asText()).isEqualTo("COMPLETED");
            long done = System.currentTimeMillis();

            List<long[]> times = new ArrayList<>();
            for (String job : waiting) {
                JsonNode ended = alice.await(job, "COMPLETED");
                JsonNode output = ended.path("result").path("output");
                times.add(new long[] {
                    output.path("began").asLong(), output.path("ended").asLong()
                });
                assertThat(ended.path("attempt").asInt()).isEqualTo(1);
            }
            long most = times.stream()
                    .mapToLong(one -> times.stream()
                            .filter(other -> other[0] <= one[0] && one[0] < other[1])
                            .count())
                    .max()
                    .orElseThrow();
            assertThat(most).isBetween(3L, 5L);
            assertThat(times.stream().mapToLong(time -> time[1]).max().orElseThrow())
                    .isGreaterThan(done);
        }
    }

    @Test
    void aMountedConfigMapChangesByItsLink(@TempDir Path folder) throws Exception {
        try (Installation installation = new Installation(folder)) {
            Path mount = Files.createDirectories(folder.resolve("pipelines/two-stages"));
            configMap(mount, "..2026_01_01", 1);
            Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_01_01"));
            for (String name : List.of("pipeline.yaml", "two-stages.camel.yaml", "second.camel.yaml")) {
                Files.createSymbolicLink(mount.resolve(name), Path.of("..data", name));
            }
            ConfigurableApplicationContext application = installation.start(Map.of());
            User olga = operator(application);
            awaitOffer(user(application, "alice"));
            String before = live(olga);

            configMap(mount, "..2026_01_02", 2);
            Files.createSymbolicLink(mount.resolve("..data_tmp"), Path.of("..2026_01_02"));
            Files.move(
                    mount.resolve("..data_tmp"),
                    mount.resolve("..data"),
                    java.nio.file.StandardCopyOption.ATOMIC_MOVE,
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            awaitLiveOtherThan(before, olga);
            assertThat(runJob(user(application, "alice"))
                            .path("result")
                            .path("output")
                            .path("second")
                            .asText())
                    .isEqualTo("2");
        }
    }

    private static void configMap(Path mount, String version, int number) throws IOException {
        Path files = Files.createDirectories(mount.resolve(version));
        Files.writeString(files.resolve("pipeline.yaml"), SETTINGS);
        Files.writeString(files.resolve("two-stages.camel.yaml"), TwoStages.entry(number));
        Files.writeString(files.resolve("second.camel.yaml"), TwoStages.second(number));
    }
}
