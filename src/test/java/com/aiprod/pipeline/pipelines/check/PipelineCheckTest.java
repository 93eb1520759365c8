package com.aiprod.pipeline.pipelines.check;

import static com.aiprod.pipeline.pipelines.check.CheckedFolders.check;
import static com.aiprod.pipeline.pipelines.check.CheckedFolders.pipelineOf;
import static com.aiprod.pipeline.pipelines.check.CheckedFolders.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.PipelineFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Mistakes that people make in pipelines: each folder of {@code authoring} has one, and says in {@code .expected} which
 * faults are found. A folder without a line there is right, and no fault may be found.
 */
class PipelineCheckTest {

    private static final Path CASES = Path.of("src/test/resources/authoring");

    private static final String MISSPELT = """
            - bean:
                id: clean
                ref: sanitiseStage
                method: sanitize
            """;

    @TempDir
    Path folder;

    static Stream<String> mistakes() throws IOException {
        try (Stream<Path> cases = Files.list(CASES)) {
            return cases.map(path -> path.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void findsTheMistakes(String name) throws IOException {
        Path mistake = CASES.resolve(name);

        assertThat(check(mistake)).isEqualTo(Files.readAllLines(mistake.resolve(".expected")));
    }

    @Test
    void acceptsTheBuiltInPipelines() {
        assertThat(PipelineFiles.builtIn())
                .isNotEmpty()
                .allSatisfy((name, files) ->
                        assertThat(CheckedFolders.pipelineCheck().check(files)).isEmpty());
    }

    @Test
    void acceptsTheExamplesOfTheDocumentation() throws IOException {
        String text = Files.readString(Path.of("docs/pipelines.md"));
        Matcher example = Pattern.compile(
                        "`(?:my-routes/)?pipelines/([a-z-]+)/([a-z-]+)\\.camel\\.yaml`[^`]*\n\\s*```yaml\n((?s:.*?))\n *```\n")
                .matcher(text);
        String video = PipelineFiles.builtIn()
                .get("video")
                .files()
                .get("video.camel.yaml")
                .text();
        int examples = 0;
        while (example.find()) {
            if (!example.group(3).stripIndent().startsWith("- route:")) {
                continue;
            }
            examples++;
            Path own = folder.resolve("example-" + examples);
            write(
                    own,
                    "pipelines/" + example.group(1) + "/" + example.group(2) + ".camel.yaml",
                    example.group(3).stripIndent() + "\n");
            boolean isNewStage = example.group(1).equals("video") && !video.contains("direct:" + example.group(2));
            if (isNewStage) {
                write(
                        own,
                        "pipelines/video/video.camel.yaml",
                        video.replace(
                                "              - to:\n                  id: call-sanitize\n",
                                "              - to:\n                  id: call-new\n                  uri: direct:"
                                        + example.group(2) + "\n"
                                        + "              - to:\n                  id: call-sanitize\n"));
            }
            assertThat(check(own)).as(example.group()).isEmpty();
        }
        assertThat(examples).isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void countsLinesWhateverEndsThemAndBehindAByteOrderMark(String end) throws IOException {
        write(
                folder,
                "pipelines/my/my.camel.yaml",
                "\uFEFF" + pipelineOf(MISSPELT).replace("\n", end));

        assertThat(check(folder))
                .containsExactly("pipelines/my/my.camel.yaml:10 [clean] There is no bean 'sanitiseStage'."
                        + " Did you mean 'sanitizeStage'?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n"})
    void acceptsAByteOrderMarkAndAnyLineEnds(String end) throws IOException {
        write(
                folder,
                "pipelines/my/my.camel.yaml",
                "\uFEFF" + pipelineOf("- log: x").replace("\n", end));
        write(folder, "pipelines/my/pipeline.yaml", "\uFEFFdescription: Mine." + end);

        assertThat(check(folder)).isEmpty();
    }

    @Test
    void namesTheLineThatIsNotUtf8() throws IOException {
        Path file = folder.resolve("pipelines/my/my.camel.yaml");
        Files.createDirectories(file.getParent());
        Files.write(file, pipelineOf("- log: caf\u00e9").getBytes(StandardCharsets.ISO_8859_1));

        assertThat(check(folder))
                .containsExactly(
                        "pipelines/my/my.camel.yaml:8 [] This line is not UTF-8: save the file in that" + " encoding.");
    }

    @Test
    void refusesAFileThatIsTooLong() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- log: long\n".repeat(100_000)));

        assertThat(check(folder))
                .containsExactly("pipelines/my/my.camel.yaml:0 [] The file has more than 1000000 characters.");
    }

    @Test
    void refusesAFileThatIsNestedTooDeeply() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- log: " + "[".repeat(5_000) + "]".repeat(5_000)));

        assertThat(check(folder)).hasSize(1);
    }

    @Test
    void refusesAliasesThatContainThemselves() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- filter: &again\n    steps:\n      - filter: *again"));

        assertThat(check(folder)).isNotEmpty().allMatch(line -> line.startsWith("pipelines/my/my.camel.yaml:"));
    }

    @Test
    void refusesFoldersAndLinksInThePlaceOfFiles() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("- log: x"));
        Files.createDirectories(folder.resolve("pipelines/my/folder.camel.yaml"));
        Files.createSymbolicLink(folder.resolve("pipelines/my/gone.camel.yaml"), Path.of("nowhere"));
        Files.createSymbolicLink(folder.resolve("pipelines/loop"), Path.of("."));

        assertThat(check(folder))
                .containsExactly(
                        "pipelines/loop:0 [] This link leads back to a folder that contains it.",
                        "pipelines/my/folder.camel.yaml:0 [] This is a folder, and not a route file.",
                        "pipelines/my/gone.camel.yaml:0 [] This link leads to no file.");
    }

    @Test
    void readsThroughTheLinksOfAMountedConfigMap() throws IOException {
        write(folder, "pipelines/my/..2026/my.camel.yaml", pipelineOf(MISSPELT));
        Files.createSymbolicLink(folder.resolve("pipelines/my/..data"), Path.of("..2026"));
        Files.createSymbolicLink(folder.resolve("pipelines/my/my.camel.yaml"), Path.of("..data/my.camel.yaml"));

        assertThat(check(folder)).hasSize(1);
    }

    @Test
    void reportsEverythingAtOnce() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("""
                - to:
                    id: a
                    uri: lgo:x
                - log:
                    id: b
                    message: ${bodi}
                - bean:
                    id: c
                    ref: nobody
                - setBodyy:
                    id: d
                """));
        write(folder, "pipelines/my/pipeline.yaml", "descripton: x\n");

        assertThat(check(folder))
                .extracting(line -> line.replaceFirst("\\].*", "]"))
                .containsExactly(
                        "pipelines/my/my.camel.yaml:10 [a]",
                        "pipelines/my/my.camel.yaml:13 [b]",
                        "pipelines/my/my.camel.yaml:16 [c]",
                        "pipelines/my/my.camel.yaml:17 [d]",
                        "pipelines/my/pipeline.yaml:1 []");
    }

    /** Whatever the other parts of the check do not know, Camel does. */
    @Test
    void asksCamelInTheEnd() throws IOException {
        write(folder, "pipelines/my/my.camel.yaml", pipelineOf("""
                - log: x
                - aggregate:
                    id: gather
                    aggregationStrategy: nobodyHasThis
                    completionSize: 2
                    correlationExpression:
                      constant: x
                    steps:
                      - log: y
                """));

        assertThat(check(folder))
                .singleElement()
                .asString()
                .contains("pipelines/my/my.camel.yaml:")
                .contains("nobodyHasThis");
    }

    @Test
    void leavesNoThreadBehind() throws IOException {
        check(CASES.resolve("00-good"));
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        for (int i = 0; i < 10; i++) {
            check(CASES.resolve("good-all"));
        }

        List<String> more = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread) && thread.getName().contains("amel"))
                .map(Thread::getName)
                .collect(Collectors.toList());
        assertThat(more).isEmpty();
    }
}
