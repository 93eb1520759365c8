package com.aiprod.pipeline.system.pipelines;

import com.aiprod.pipeline.system.User;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** The pipeline that these tests change: each of its two files leaves the number of its revision. */
final class TwoStages {

    static final String SETTINGS = """
            description: For tests.
            timeout: 20s
            presets:
              two_stages:
                description: Leaves the number of the revision from two files.
                default_duration_sec: 1
                max_duration_sec: 1
            """;

    /** What integration engineers save by mistake. */
    static final List<String> MISTAKES = List.of("- route: [", """
            - route:
                id: broken
                from:
                  uri: direct:broken
                  steps:
                    - bean:
                        id: misspelt
                        ref: nobody
            """, """
            - route:
                id: broken
                from:
                  uri: direct:broken
                  steps:
                    - setBodyy: {}
            """);

    static String entry(int number) {
        return """
                - route:
                    id: two-stages
                    description: Takes a job, and leaves the number of the revision from both files.
                    from:
                      id: from-two-stages
                      uri: direct:two-stages
                      steps:
                        - setVariable:
                            id: keep-first
                            name: first
                            constant: "%d"
                        - delay:
                            id: take-time
                            constant: "40"
                        - to:
                            id: to-second
                            uri: direct:second
                """.formatted(number);
    }

    static String second(int number) {
        return """
                - route:
                    id: second
                    description: Leaves both numbers.
                    from:
                      id: from-second
                      uri: direct:second
                      steps:
                        - setBody:
                            id: leave-both
                            method:
                              beanType: java.util.Map
                              method: of('first', ${variable.first}, 'second', '%d')
                """.formatted(number);
    }

    static void save(Installation installation, int number) throws IOException {
        installation.write("pipelines/two-stages/two-stages.camel.yaml", entry(number));
        installation.write("pipelines/two-stages/second.camel.yaml", second(number));
    }

    static JsonNode pipeline(User operator, String name) throws Exception {
        for (JsonNode pipeline : User.json(operator.get("/admin/pipelines")).get("pipelines")) {
            if (pipeline.get("name").asText().equals(name)) {
                return pipeline;
            }
        }
        throw new AssertionError("There is no pipeline " + name);
    }

    static String live(User operator) throws Exception {
        return pipeline(operator, "two-stages").path("live").path("revision").asText();
    }

    static String awaitLiveOtherThan(String before, User operator) {
        Awaitility.await("a new revision is live")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> !live(operator).equals(before));
        try {
            return live(operator);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static void awaitRefusalOtherThan(String before, User operator) {
        Awaitility.await("the files are refused")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> {
                    JsonNode refused =
                            pipeline(operator, "two-stages").path("refused").path("revision");
                    return refused.isTextual() && !refused.asText().equals(before);
                });
    }

    static void awaitOffer(User user) {
        Awaitility.await("the preset is offered")
                .atMost(Duration.ofSeconds(20))
                .until(() -> user.get("/presets").body().contains("\"two_stages\""));
    }

    private TwoStages() {}
}
