package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PipelineFilesTest {

    @TempDir
    Path folder;

    @Test
    void findsThePipelinesInTheJar() {
        SortedMap<String, PipelineFiles> builtIn = PipelineFiles.builtIn();

        assertThat(builtIn).containsKeys("echo", "video");
        assertThat(builtIn.get("video").files()).containsKeys("pipeline.yaml", "video.camel.yaml");
        assertThat(builtIn.get("video").files().get("pipeline.yaml").location())
                .isEqualTo("pipelines/video/pipeline.yaml");
    }

    @Test
    void laysAFolderOverThemFileByFile() throws Exception {
        Path replaced = write("video/plan-storyboard.camel.yaml", "- route: {}");
        write("mine/mine.camel.yaml", "- route: {}");

        SortedMap<String, PipelineFiles> found = PipelineFiles.under(folder);

        assertThat(found.get("video").files().get("plan-storyboard.camel.yaml"))
                .isEqualTo(new SourceFile(replaced.toString(), "- route: {}"));
        assertThat(found.get("video").files().keySet())
                .isEqualTo(PipelineFiles.builtIn().get("video").files().keySet());
        assertThat(found.get("mine").files()).containsOnlyKeys("mine.camel.yaml");
    }

    @Test
    void needsNoFolder() throws Exception {
        assertThat(PipelineFiles.under(folder)).isEqualTo(PipelineFiles.builtIn());
        assertThat(PipelineFiles.under(folder.resolve("missing"))).isEqualTo(PipelineFiles.builtIn());
    }

    @Test
    void aLaterFolderReplacesAnEarlierOneAndNothingIsBuiltInUnlessWanted() throws Exception {
        write("mine/mine.camel.yaml", "first");
        write("mine/pipeline.yaml", "first");
        Path other = folder.resolve("other");
        Files.createDirectories(other.resolve("pipelines/mine"));
        Files.writeString(other.resolve("pipelines/mine/mine.camel.yaml"), "second");

        SortedMap<String, PipelineFiles> found = PipelineFiles.read(false, List.of(folder, other));

        assertThat(found).containsOnlyKeys("mine");
        assertThat(found.get("mine").files().values())
                .extracting(SourceFile::text)
                .containsExactly("second", "first");
    }

    @Test
    void ignoresHiddenFilesFoldersInFoldersAndFilesBesideThem() throws Exception {
        write("mine/mine.camel.yaml", "x");
        write("mine/.mine.camel.yaml.swp", "x");
        write("mine/deeper/deeper.camel.yaml", "x");
        write(".git/config", "x");
        write("README.md", "x");

        SortedMap<String, PipelineFiles> found = PipelineFiles.read(false, List.of(folder));

        assertThat(found).containsOnlyKeys("mine");
        assertThat(found.get("mine").files()).containsOnlyKeys("mine.camel.yaml");
    }

    /** Kubernetes mounts a ConfigMap as links through ..data, which it points to another folder in one step. */
    @Test
    void readsAMountedConfigMap() throws Exception {
        Path mount = Files.createDirectories(folder.resolve("pipelines/mine"));
        for (String version : List.of("1", "2")) {
            Path data = Files.createDirectories(mount.resolve("..2026_11_27_0" + version));
            Files.writeString(data.resolve("mine.camel.yaml"), "version " + version);
        }
        Path data = mount.resolve("..data");
        Files.createSymbolicLink(data, Path.of("..2026_11_27_01"));
        Files.createSymbolicLink(mount.resolve("mine.camel.yaml"), Path.of("..data/mine.camel.yaml"));
        Files.createSymbolicLink(mount.resolve("gone.camel.yaml"), Path.of("..data/gone.camel.yaml"));

        PipelineFiles first = mine();
        Files.delete(data);
        Files.createSymbolicLink(data, Path.of("..2026_11_27_02"));
        PipelineFiles second = mine();

        assertThat(first.files())
                .containsOnlyKeys("mine.camel.yaml")
                .containsValue(new SourceFile(mount.resolve("mine.camel.yaml").toString(), "version 1"));
        assertThat(second.files().get("mine.camel.yaml").text()).isEqualTo("version 2");
        assertThat(second.revision()).isNotEqualTo(first.revision());
    }

    @Test
    void aRevisionDependsOnNamesAndTextsOnly() throws Exception {
        write("mine/mine.camel.yaml", "a");
        String revision = mine().revision();
        assertThat(revision).matches("[0-9a-f]{12}").isEqualTo(mine().revision());

        Path copy = Files.createDirectories(folder.resolve("copy/pipelines/mine"));
        Files.writeString(copy.resolve("mine.camel.yaml"), "a");
        assertThat(PipelineFiles.read(false, List.of(folder.resolve("copy")))
                        .get("mine")
                        .revision())
                .isEqualTo(revision);

        List<String> revisions = new ArrayList<>(List.of(revision));
        write("mine/mine.camel.yaml", "b");
        revisions.add(mine().revision());
        write("mine/mine.camel.yaml", "a");
        write("mine/pipeline.yaml", "");
        revisions.add(mine().revision());
        Files.move(folder.resolve("pipelines/mine/pipeline.yaml"), folder.resolve("pipelines/mine/mine.test.yaml"));
        revisions.add(mine().revision());
        assertThat(revisions).doesNotHaveDuplicates();
    }

    @Test
    void aFileThatIsNotTextHidesNoOtherPipeline() throws Exception {
        write("mine/mine.camel.yaml", "x");
        Path broken = write("broken/pipeline.yaml", "");
        Files.write(broken, "description: ok\n# Caf\u00e9".getBytes(StandardCharsets.ISO_8859_1));

        SortedMap<String, PipelineFiles> found = PipelineFiles.read(false, List.of(folder));

        assertThat(found).containsOnlyKeys("broken", "mine");
        List<Fault> faults = new ArrayList<>();
        PipelineSettings.of(found.get("broken"), faults);
        assertThat(faults)
                .containsExactly(new Fault(
                        broken.toString(), 2, null, "This line is not UTF-8: save the file in that encoding."));
    }

    private PipelineFiles mine() throws IOException {
        return PipelineFiles.read(false, List.of(folder)).get("mine");
    }

    private Path write(String path, String text) throws IOException {
        Path file = folder.resolve("pipelines").resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
