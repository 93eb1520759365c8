package com.aiprod.pipeline.pipelines.command;

import static com.aiprod.pipeline.pipelines.check.CheckedFolders.pipelineOf;
import static com.aiprod.pipeline.pipelines.check.CheckedFolders.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandsTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... arguments) {
        return Commands.run(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                arguments);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void printsALineForEachFault() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- to:\n    id: call\n    uri: lgo:x"));

        assertThat(run("check", folder.toString())).isEqualTo(Commands.FAULTS);
        assertThat(out())
                .isEqualToNormalizingNewlines(folder + "/pipelines/my/my.camel.yaml:10: There is no component 'lgo'."
                        + " Did you mean 'log'?\n");
        assertThat(err()).isEqualToNormalizingNewlines("1 fault in 1 file.\n");
    }

    @Test
    void printsFaultsAsJson() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- to:\n    id: call\n    uri: lgo:x"));

        assertThat(run("check", folder.toString(), "--format=json")).isEqualTo(Commands.FAULTS);
        JsonNode faults = new ObjectMapper().readTree(out());
        assertThat(faults).hasSize(1);
        assertThat(faults.get(0).get("file").asText()).endsWith("my.camel.yaml");
        assertThat(faults.get(0).get("line").asInt()).isEqualTo(10);
        assertThat(faults.get(0).get("step").asText()).isEqualTo("call");
        assertThat(faults.get(0).get("message").asText()).startsWith("There is no component");
    }

    @Test
    void printsNothingIfAllIsWell() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- log: x"));

        assertThat(run("check", folder.toString())).isEqualTo(Commands.WELL);
        assertThat(out()).isEmpty();
        assertThat(err()).isEqualToNormalizingNewlines("No faults.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"chek", "check", "check nowhere", "check . --format=xml", "check . .", "check pom.xml"})
    void saysHowACommandIsUsed(String line) {
        assertThat(run(line.split(" "))).isEqualTo(Commands.WRONG_USAGE);
        assertThat(out()).isEmpty();
        assertThat(err()).containsAnyOf("Usage: check DIR", "Did you mean 'check'?");
    }
}
