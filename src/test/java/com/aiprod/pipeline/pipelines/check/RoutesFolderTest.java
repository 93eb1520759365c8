package com.aiprod.pipeline.pipelines.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RoutesFolderTest {

    @TempDir
    private Path folder;

    private Path write(String path) throws IOException {
        Path file = folder.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, "[]");
    }

    @Test
    void findsStrayFilesOfPipelinesOnly() throws IOException {
        write("api/my-route.yaml");
        write("pipelines/my/my.camel.yaml");
        Path lost = write("pipelines/lost.camel.yaml");
        Path deep = write("pipelines/my/parts/part.camel.yaml").getParent();
        assertThat(RoutesFolder.strayPipelineFiles(folder))
                .extracting(Fault::file)
                .containsExactlyInAnyOrder(lost.toString(), deep.toString());
    }

    @Test
    void findsNothingWithoutPipelines() {
        assertThat(RoutesFolder.strayPipelineFiles(folder)).isEmpty();
    }
}
