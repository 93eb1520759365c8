package com.aiprod.pipeline.pipelines.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.command.CommandStand.Run;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command lines {@code try} and {@code test}, with what they print and their exit statuses. */
class TryCommandTest {

    private static final String SHOUT = """
            - route:
                id: shout
                description: Answers the text in capitals.
                from:
                  id: from-shout
                  uri: direct:shout
                  steps:
                    - setBody:
                        id: make-loud
                        simple: ${uppercase(${body[content]})}
                    - setBody:
                        id: make-output
                        simple: "${map('text',${body})}"
            """;

    @TempDir
    Path folder;

    private String dir;

    @BeforeEach
    void writePipeline() throws Exception {
        dir = folder.toString();
        CommandStand.write(folder, "shout", "shout.camel.yaml", SHOUT);
    }

    private String file(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    @Test
    void printsTheStepsAndTheOutput() throws Exception {
        String job = file("job.json", "{\n\t\"content\":\t\"Hello\",\n\t\"metadata\": {\"a\": 1.5}\n}");

        Run run = CommandStand.run("try", dir, "--pipeline", "shout", "--job", job);

        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(run.out().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).matches("Pipeline shout, revision [0-9a-f]{12}, preset quick_social"),
                        line -> assertThat(line)
                                .matches(" +make-loud +[0-9]+ ms +\\S+/shout.camel.yaml:8  text \"HELLO\""),
                        line -> assertThat(line)
                                .matches(" +make-output +[0-9]+ ms +\\S+/shout.camel.yaml:11  Map \\{text}"),
                        line -> assertThat(line).isEqualTo("Output:"),
                        line -> assertThat(line).isEqualTo("{"),
                        line -> assertThat(line).isEqualTo("  \"text\" : \"HELLO\""),
                        line -> assertThat(line).isEqualTo("}"));
    }

    @Test
    void printsWhereAJobFailed() throws Exception {
        String stub = file("refused.yaml", "throw: \"TOO_LOUD: This is too loud.\"\n");

        Run run = CommandStand.run("try", dir, "--content", "Hello", "--stub", "make-loud=" + stub);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("make-loud")
                .contains(
                        "pipelines/shout/shout.camel.yaml:8: Failed with TOO_LOUD: This is too loud. (step make-loud of"
                                + " route shout)")
                .doesNotContain("Output:")
                .doesNotContain("Cause:");
    }

    @Test
    void printsJsonForTools() throws Exception {
        String stub = file("loud.txt", "STUBBED");

        Run run = CommandStand.run(
                "try",
                dir,
                "--content=Hello",
                "--preset=brand_story",
                "--stub=make-loud=" + stub,
                "--pipeline=shout",
                "--format=json");

        assertThat(run.status()).isZero();
        JsonNode all = new ObjectMapper().readTree(run.out());
        assertThat(all.at("/output/text").asText()).isEqualTo("STUBBED");
        assertThat(all.at("/preset").asText()).isEqualTo("brand_story");
        assertThat(all.at("/steps/0/step").asText()).isEqualTo("make-loud");
        assertThat(all.at("/steps/0/line").asInt()).isEqualTo(8);
        assertThat(all.at("/steps/0/ms").isNumber()).isTrue();
    }

    @Test
    void runsABuiltInPipelineAndNamesItsArtifacts() throws Exception {
        Path artifacts = folder.resolve("artifacts");

        Run run = CommandStand.run(
                "try",
                dir,
                "--pipeline",
                "video",
                "--job",
                file("job.yaml", "content: Hello\nduration_sec: 1\n"),
                "--artifacts",
                artifacts.toString());

        assertThat(run.status()).as(run.out()).isZero();
        assertThat(run.out()).contains("Progress: sanitize 100").contains("/1/video.mp4");
        try (Stream<Path> all = Files.walk(artifacts)) {
            assertThat(all.filter(Files::isRegularFile))
                    .extracting(file -> file.getFileName().toString())
                    .containsExactlyInAnyOrder("captions.vtt", "poster.png", "video.mp4");
        }
    }

    @Test
    void reportsWhatIsWrongWithTheJobAndThePipeline() throws Exception {
        CommandStand.write(folder, "shout", "shout.camel.yaml", SHOUT.replaceFirst("setBody", "setBodi"));
        String job = file("job.json", "{\"content\": \"Hello\",\n \"prest\": \"quick_social\"}");

        Run run = CommandStand.run("try", dir, "--pipeline", "shout", "--job", job);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("shout.camel.yaml:8: ", "Did you mean 'setBody'?")
                .contains(job + ":2: There is no key 'prest' in a job. Did you mean 'preset'?");
    }

    @Test
    void namesTheSettingThatAPipelineRequires() throws Exception {
        CommandStand.write(folder, "shout", "pipeline.yaml", "requires: [shout.api-token]\n");

        Run run = CommandStand.run("try", dir, "--content", "Hello");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .contains("The setting 'shout.api-token' has no value: set SHOUT_APITOKEN in the environment.");
    }

    @Test
    void refusesAWrongCommandLine() throws Exception {
        String job = file("job.json", "{\"content\": \"Hello\"}");
        assertWrong("Usage: try", "try");
        assertWrong("Usage: test", "test");
        assertWrong("is not a folder", "try", dir + "/nowhere", "--job", job);
        assertWrong("is not a folder", "test", dir + "/nowhere");
        assertWrong("Did you mean '--pipeline'?", "try", dir, "--pipelin", "shout", "--job", job);
        assertWrong("The option --job needs a value.", "try", dir, "--job");
        assertWrong("The option --job is given twice.", "try", dir, "--job", job, "--job", job);
        assertWrong("Give the job", "try", dir, "--pipeline", "shout");
        assertWrong("Give the job", "try", dir, "--job", job, "--content", "Hello");
        assertWrong("--preset goes with --content", "try", dir, "--job", job, "--preset", "x");
        assertWrong("cannot be read", "try", dir, "--job", dir + "/none.json");
        assertWrong("Did you mean 'shout'?", "try", dir, "--pipeline", "shuot", "--job", job);
        assertWrong("Did you mean 'shout'?", "test", dir, "--pipeline", "shuot");
        assertWrong("use text or json", "try", dir, "--job", job, "--format", "xml");
        assertWrong("is not expected here", "try", dir, "more", "--job", job);
        assertWrong("Did you mean 'try'?", "tri", dir);
    }

    @Test
    void refusesAStubOfAnUnknownStep() throws Exception {
        String stub = file("stub.txt", "STUBBED");

        assertWrong("Did you mean 'make-loud'?", "try", dir, "--content", "Hello", "--stub", "make-lout=" + stub);
        assertWrong("and not STEP=FILE", "try", dir, "--content", "Hello", "--stub", "make-loud");
    }

    private static void assertWrong(String message, String... args) {
        Run run = CommandStand.run(args);
        assertThat(run.status()).as(message).isEqualTo(2);
        assertThat(run.err()).contains(message);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void testRunsTheTestsOfTheFolder() throws Exception {
        Path tests = CommandStand.write(folder, "shout", "shout.test.yaml", """
                - test: shouts
                  job: {content: Hello}
                  expect: {output: {text: HELLO}}
                - test: whispers
                  job: {content: Hello}
                  expect: {output: {text: hello}}
                """);

        Run run = CommandStand.run("test", dir);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out())
                .isEqualToIgnoringNewLines(
                        tests + ":6: test 'whispers': expected output.text to be 'hello', but it is 'HELLO'.");
        assertThat(run.err()).isEqualToIgnoringNewLines("1 of 2 tests failed.");
    }

    @Test
    void checkEndsWithTheTests() throws Exception {
        Path tests = CommandStand.write(folder, "shout", "shout.test.yaml", """
                - test: whispers
                  job: {content: Hello}
                  expect: {output: {text: hello}}
                """);

        Run run = CommandStand.run("check", dir);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).startsWith(tests + ":3: test 'whispers': expected output.text");
    }

    @Test
    void testRunsNoTestOfAPipelineWithFaults() throws Exception {
        CommandStand.write(folder, "shout", "shout.camel.yaml", SHOUT.replaceFirst("setBody", "setBodi"));
        CommandStand.write(folder, "shout", "shout.test.yaml", """
                - test: shouts
                  job: {content: Hello}
                  expect: {output: {text: HELLO}}
                """);

        Run run = CommandStand.run("test", dir, "--format=json");

        assertThat(run.status()).isEqualTo(1);
        JsonNode all = new ObjectMapper().readTree(run.out());
        assertThat(all.at("/passed").asInt()).isZero();
        assertThat(all.at("/faults")).hasSize(1);
        assertThat(all.at("/faults/0/line").asInt()).isEqualTo(8);
    }
}
