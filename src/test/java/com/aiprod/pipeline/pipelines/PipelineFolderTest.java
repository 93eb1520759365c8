package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.mock.env.MockEnvironment;

/** What a worker tells the database about its folder. */
@ExtendWith(OutputCaptureExtension.class)
class PipelineFolderTest {

    @TempDir
    Path folder;

    private final List<String> checked = new ArrayList<>();
    private final List<Fault> strays = new ArrayList<>();

    private PipelineFolder pipelines() {
        return new PipelineFolder(
                List.of(folder),
                false,
                (files, all) -> {
                    checked.add(files.name());
                    return List.of();
                },
                folder -> List.copyOf(strays),
                new MockEnvironment(),
                new ObjectMapper());
    }

    private void write(String name) throws IOException {
        Path file = folder.resolve("pipelines/" + name + "/" + name + ".camel.yaml");
        Files.createDirectories(file.getParent());
        Files.writeString(file, "[]");
    }

    private void delete(String name) throws IOException {
        Files.delete(folder.resolve("pipelines/" + name + "/" + name + ".camel.yaml"));
        Files.delete(folder.resolve("pipelines/" + name));
    }

    /** Two looks: what changed between them may be half written. */
    private static List<Map<String, Object>> settled(PipelineFolder pipelines) throws IOException {
        pipelines.changes();
        return pipelines.changes();
    }

    @Test
    void keepsANameThatTheDatabaseRefusesToItself() throws IOException {
        write("Shout");
        write("a".repeat(65));
        write("shout");
        PipelineFolder pipelines = pipelines();

        assertThat(settled(pipelines)).extracting(row -> row.get("pipeline")).containsExactly("shout");
        assertThat(checked).containsExactlyInAnyOrder("Shout", "a".repeat(65), "shout");

        write("other");
        settled(pipelines);
        assertThat(checked).filteredOn("Shout"::equals).hasSize(1);
    }

    @Test
    void logsAStrayFileOnce(CapturedOutput output) throws IOException {
        PipelineFolder pipelines = pipelines();
        strays.add(new Fault("lost.camel.yaml", 0, null, "This file is not read."));
        for (String name : List.of("first", "second")) {
            write(name);
            settled(pipelines);
        }
        assertThat(output).containsOnlyOnce("lost.camel.yaml: This file is not read.");
    }

    @Test
    void forgetsWhatWentBeforeTheDatabaseLearnedOfIt() throws IOException {
        write("brief");
        PipelineFolder pipelines = pipelines();
        assertThat(settled(pipelines)).hasSize(1);

        delete("brief");

        assertThat(settled(pipelines)).isEmpty();
    }

    @Test
    void retiresWhatTheDatabaseKnows() throws IOException {
        write("known");
        PipelineFolder pipelines = pipelines();
        pipelines.handled(settled(pipelines).get(0), "2026-01-01 00:00:00+00");

        delete("known");

        assertThat(settled(pipelines)).singleElement().satisfies(row -> {
            assertThat(row).containsEntry("pipeline", "known").containsEntry("revision", null);
        });
    }
}
