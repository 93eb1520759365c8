package com.aiprod.pipeline.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PipelineFlowTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PIPELINES = Path.of("src/main/resources/routes/pipelines");

    private final PipelineFlow flow = new PipelineFlow(JSON);

    @Test
    void describesTheRoutesOfTheBuiltInPipeline() throws Exception {
        JsonNode routes = flowOf("video");
        assertThat(routes.findValuesAsText("from")).contains("direct:video", "direct:render-video");
        assertThat(routes.path(0).path("id").asText()).isEqualTo("video");
        assertThat(routes.path(0).path("file").asText()).isEqualTo("video.camel.yaml");
        JsonNode tried = routes.path(0).path("steps").path(0);
        assertThat(tried.path("type").asText()).isEqualTo("doTry");
        assertThat(tried.path("id").asText()).isEqualTo("make-video");
        assertThat(tried.path("branches").findValuesAsText("kind")).containsExactly("steps", "doFinally");
        JsonNode call = tried.path("branches").path(0).path("steps").path(0);
        assertThat(call.path("id").asText()).isEqualTo("call-options");
        assertThat(call.path("calls").asText()).isEqualTo("check-options");
        assertThat(call.path("line").asInt()).isEqualTo(lineOf("video/video.camel.yaml", "id: call-options") - 1);
        JsonNode clean = tried.path("branches").path(1).path("steps").path(0);
        assertThat(clean.path("detail").asText()).isEqualTo("workFiles.discard");
    }

    @Test
    void describesConditions() throws Exception {
        JsonNode routes = flowOf("generate");
        JsonNode filter = routes.path(0).path("steps").path(1);
        assertThat(filter.path("type").asText()).isEqualTo("filter");
        assertThat(filter.path("detail").asText()).contains("${variable.job[order]} == null");
        assertThat(filter.path("branches")
                        .path(0)
                        .path("steps")
                        .path(0)
                        .path("calls")
                        .asText())
                .isEqualTo("place-order");
    }

    @Test
    void readsChoicesAndWhatIsNoMap() throws Exception {
        JsonNode steps = flow("""
                - route:
                    id: a
                    from:
                      uri: direct:a
                      steps:
                        - choice:
                            when:
                              - simple: "${body} == 1"
                                steps:
                                  - to: direct:b
                              - expression:
                                  simple:
                                    expression: "${body} == 2"
                                steps:
                                  - stop: {}
                            otherwise:
                              steps:
                                - log: "Hello"
                        - doTry:
                            steps: []
                            doCatch:
                              - exception: [java.io.IOException, java.lang.Error]
                                steps: []
                - route:
                    id: b
                    from: {uri: "direct:b", steps: []}
                - beans: []
                """).path(0).path("steps");
        assertThat(steps.path(0).path("branches").findValuesAsText("kind"))
                .containsExactly("when", "when", "otherwise");
        assertThat(steps.path(0).path("branches").findValuesAsText("condition"))
                .containsExactly("${body} == 1", "${body} == 2", "null");
        assertThat(steps.findValuesAsText("calls")).contains("b");
        assertThat(steps.path(1).path("branches").path(1).path("condition").asText())
                .isEqualTo("java.io.IOException, java.lang.Error");
    }

    /** The files of a refused revision can be anything. */
    @Test
    void hasNoFlowOfFilesThatCannotBeRead() throws Exception {
        for (String text : new String[] {"- route: [", "\t", "{a: *b}", "\u0001"}) {
            assertThat(flow(text).isNull()).as(text).isTrue();
        }
        for (String text : new String[] {"", "5", "- route: 5", "- 5", "- route: {from: {steps: 5}}", "{}"}) {
            assertThat(flow(text).isArray()).as(text).isTrue();
        }
    }

    private JsonNode flow(String text) throws IOException {
        ObjectNode document = JSON.createObjectNode().put("pipeline", "a");
        document.putObject("files").putObject("a.camel.yaml").put("text", text);
        return JSON.readTree(flow.describe(document.toString())).path("flow");
    }

    private JsonNode flowOf(String pipeline) throws IOException {
        ObjectNode document = JSON.createObjectNode().put("pipeline", pipeline);
        ObjectNode files = document.putObject("files");
        try (DirectoryStream<Path> folder = Files.newDirectoryStream(PIPELINES.resolve(pipeline))) {
            for (Path file : folder) {
                files.putObject(file.getFileName().toString()).put("text", Files.readString(file));
            }
        }
        return JSON.readTree(flow.describe(document.toString())).path("flow");
    }

    private static int lineOf(String file, String text) throws IOException {
        return Files.readAllLines(PIPELINES.resolve(file)).stream()
                        .map(String::strip)
                        .toList()
                        .indexOf(text)
                + 1;
    }
}
