package com.aiprod.pipeline.pipelines.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.StepTrace;
import com.aiprod.pipeline.pipelines.YamlFields;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.command.CommandStand;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One job through a pipeline, as {@code try} and {@code test} run it. */
class TrialTest {

    private static final String SHOUT = """
            - route:
                id: shout
                description: Answers the text in capitals.
                from:
                  id: from-shout
                  uri: direct:shout
                  steps:
                    - to:
                        id: call-loud
                        uri: direct:loud
                    - setBody:
                        id: make-output
                        simple: "${map('text',${body})}"
            - route:
                id: loud
                description: Leaves the text in capitals.
                from:
                  id: from-loud
                  uri: direct:loud
                  steps:
                    - setBody:
                        id: take-content
                        simple: ${body[content]}
                    - setBody:
                        id: make-loud
                        simple: ${uppercase(${body})}
            """;

    @TempDir
    static Path artifacts;

    private static CommandStand stand;

    @BeforeAll
    static void start() {
        stand = new CommandStand(artifacts, "shout.token=s3cret-of-shout");
    }

    @AfterAll
    static void stop() {
        stand.close();
    }

    private static Trial.Outcome run(PipelineFiles files, Map<String, Stub> stubs, boolean retries) throws Exception {
        try (Trial trial = new Trial(files, stand.application, stand.contexts, Map.of())) {
            return trial.run(job("Hello"), stubs, Map.of(), retries);
        }
    }

    private static Trial.Outcome run(String yaml) throws Exception {
        return run(CommandStand.files("shout", Map.of("shout.camel.yaml", yaml)), Map.of(), false);
    }

    private static TrialJob job(String content) {
        List<Fault> faults = new ArrayList<>();
        SourceFile file = new SourceFile("job.yaml", "content: " + content);
        TrialJob job = TrialJob.read(
                YamlNodes.read(file, faults).orElseThrow(), Map.of(), Map.of(), new YamlFields("job.yaml", faults));
        assertThat(faults).isEmpty();
        return job;
    }

    private static String route(String steps) {
        return """
                - route:
                    id: shout
                    from:
                      id: from-shout
                      uri: direct:shout
                      steps:
                """ + steps.indent(8);
    }

    @Test
    void tracesStepsInTheOrderOfTheirBeginnings() throws Exception {
        Trial.Outcome outcome = run(SHOUT);

        assertThat(outcome.output()).isEqualTo(Map.of("text", "HELLO"));
        assertThat(outcome.failure()).isNull();
        assertThat(outcome.steps())
                .extracting(step -> step.depth() + " " + step.place().step() + ":"
                        + step.place().line())
                .containsExactly("0 call-loud:8", "1 take-content:21", "1 make-loud:24", "0 make-output:11");
        assertThat(outcome.steps())
                .extracting(StepTrace.Step::left)
                .containsExactly("text \"HELLO\"", "text \"Hello\"", "text \"HELLO\"", "Map {text}");
        assertThat(outcome.steps()).allMatch(step -> step.nanos() >= 0 && !step.failed());
        assertThat(outcome.steps().get(0).place().file()).isEqualTo("pipelines/shout/shout.camel.yaml");
    }

    @Test
    void aStubTakesThePlaceOfAStep() throws Exception {
        PipelineFiles files = CommandStand.files("shout", Map.of("shout.camel.yaml", SHOUT));

        Trial.Outcome outcome = run(files, Map.of("call-loud", Stub.of("STUBBED")), false);

        assertThat(outcome.output()).isEqualTo(Map.of("text", "STUBBED"));
        assertThat(outcome.calls()).isEqualTo(Map.of("call-loud", 1, "make-output", 1));
    }

    @Test
    void stubsDoNotAffectTheNextJob() throws Exception {
        PipelineFiles files = CommandStand.files("shout", Map.of("shout.camel.yaml", SHOUT));
        try (Trial trial = new Trial(files, stand.application, stand.contexts, Map.of())) {
            trial.run(job("Hello"), Map.of("call-loud", Stub.of("STUBBED")), Map.of(), false);

            assertThat(trial.run(job("again"), Map.of(), Map.of(), false).output())
                    .isEqualTo(Map.of("text", "AGAIN"));
            assertThat(trial.steps()).contains("call-loud", "make-loud", "take-content", "make-output");
        }
    }

    @Test
    void aStubMayThrow() throws Exception {
        PipelineFiles files = CommandStand.files("shout", Map.of("shout.camel.yaml", SHOUT));
        Stub refuses = new Stub(null, true, null, Map.of(), Map.of(), "TOO_LOUD: This is too loud.", false);

        Trial.Outcome outcome = run(files, Map.of("make-loud", refuses), true);

        assertThat(outcome.failure().errorCode()).isEqualTo("TOO_LOUD");
        assertThat(outcome.failure().message()).isEqualTo("This is too loud.");
        assertThat(outcome.place().step()).isEqualTo("make-loud");
        assertThat(outcome.tries()).isEqualTo(1);
        assertThat(outcome.output()).isNull();
    }

    @Test
    void aStubMayBeAnHttpAnswer() throws Exception {
        PipelineFiles files = CommandStand.files("shout", Map.of("shout.camel.yaml", route("""
                        - to:
                            id: ask-service
                            uri: log:service
                        - unmarshal:
                            id: read-answer
                            json:
                              unmarshalType: java.util.Map
                        - setBody:
                            id: make-output
                            simple: "${map('status',${header.CamelHttpResponseCode},'state',${body[state]},'kept',${variable.kept})}"
                        """)));
        Stub answer = new Stub(
                Map.of("state", "ready"), false, 202, Map.of("Retry-After", "3"), Map.of("kept", "yes"), null, false);

        assertThat(run(files, Map.of("ask-service", answer), false).output())
                .isEqualTo(Map.of("status", 202, "state", "ready", "kept", "yes"));
    }

    @Test
    void retriesWhatMayPassIfAsked() throws Exception {
        PipelineFiles files = CommandStand.files(
                "shout", Map.of("shout.camel.yaml", SHOUT, "pipeline.yaml", "retry: {redeliveries: 2, delay: 1ms}"));
        Stub busy = new Stub(null, true, null, Map.of(), Map.of(), "BUSY: Busy.", true);

        assertThat(run(files, Map.of("make-loud", busy), false).tries()).isEqualTo(1);
        assertThat(run(files, Map.of("make-loud", busy), true).tries()).isEqualTo(3);
    }

    @Test
    void theTimeLimitOfThePipelineHolds() throws Exception {
        PipelineFiles files =
                CommandStand.files("shout", Map.of("pipeline.yaml", "timeout: 1s", "shout.camel.yaml", route("""
                                - delay:
                                    id: wait-too-long
                                    constant: "600000"
                                """)));

        Trial.Outcome outcome = run(files, Map.of(), true);

        assertThat(outcome.failure().errorCode()).isEqualTo("PIPELINE_TIMEOUT");
        assertThat(outcome.failure().message()).isEqualTo("The job did not finish within 1 seconds.");
        assertThat(outcome.place().step()).isEqualTo("wait-too-long");
    }

    @Test
    void keepsArtifactsProgressAndJobVariables() throws Exception {
        Trial.Outcome outcome = run(route("""
                - setBody:
                    id: order
                    constant: o-1
                - to:
                    id: keep-order
                    uri: job:order
                - to:
                    id: store-note
                    uri: artifact:note.txt
                - to:
                    id: report
                    uri: progress:order?percent=40
                - setBody:
                    id: make-output
                    simple: "${map('order',${variable.job[order]})}"
                """));

        assertThat(outcome.failure()).isNull();
        assertThat(outcome.output()).containsEntry("order", "o-1").containsKey("artifacts");
        assertThat(outcome.variables()).isEqualTo(Map.of("order", "o-1"));
        assertThat(outcome.progress()).containsExactly("order 40");
        assertThat(outcome.artifacts())
                .singleElement()
                .satisfies(file -> assertThat(file).hasFileName("note.txt").hasContent("o-1"));
    }

    @Test
    void aJobThatFailsLeavesNoArtifact() throws Exception {
        Trial.Outcome outcome = run(route("""
                - to:
                    id: store-note
                    uri: artifact:note.txt
                """));
        assertThat(outcome.failure()).isNotNull();

        outcome = run(route("""
                - setBody:
                    id: note
                    constant: text
                - to:
                    id: store-note
                    uri: artifact:note.txt
                """));
        assertThat(outcome.failure().errorCode()).isEqualTo("PIPELINE_OUTPUT_INVALID");
        assertThat(outcome.artifacts()).isEmpty();
    }

    @Test
    void cleansUpAfterATimeoutAsAWorkerDoes() throws Exception {
        PipelineFiles files = CommandStand.files(
                "shout", Map.of("pipeline.yaml", "timeout: 1s", "shout.camel.yaml", route("""
                                - delay:
                                    id: wait-too-long
                                    asyncDelayed: false
                                    constant: "600000"
                                """) + """
                        - route:
                            id: shout-stopped
                            from:
                              id: from-shout-stopped
                              uri: direct:shout-stopped
                              steps:
                                - setVariable:
                                    id: note-reason
                                    name: reason
                                    simple: ${variable.stopReason}
                        """));

        Trial.Outcome outcome = run(files, Map.of(), false);

        assertThat(outcome.failure().errorCode()).isEqualTo("PIPELINE_TIMEOUT");
        assertThat(outcome.place().step()).isEqualTo("wait-too-long");
        assertThat(outcome.calls()).isEqualTo(Map.of("wait-too-long", 1, "note-reason", 1));
    }

    @Test
    void aLoopWithoutEndFillsNoMemory() throws Exception {
        PipelineFiles files =
                CommandStand.files("shout", Map.of("pipeline.yaml", "timeout: 1s", "shout.camel.yaml", route("""
                                - loop:
                                    id: forever
                                    doWhile: true
                                    simple: ${body} != null
                                    steps:
                                      - setHeader:
                                          id: turn
                                          name: turn
                                          constant: again
                                """)));

        Trial.Outcome outcome = run(files, Map.of(), false);

        assertThat(outcome.failure().errorCode()).isEqualTo("PIPELINE_TIMEOUT");
        assertThat(outcome.steps()).hasSize(StepTrace.MAX_STEPS);
        assertThat(outcome.calls().get("turn")).isGreaterThan(StepTrace.MAX_STEPS);
    }

    @Test
    void namesThePlaceOfAnInvalidOutput() throws Exception {
        Trial.Outcome outcome = run(route("""
                - setBody:
                    id: leave-text
                    simple: ${body[content]}
                """));

        assertThat(outcome.failure().errorCode()).isEqualTo("PIPELINE_OUTPUT_INVALID");
        assertThat(outcome.failure().message()).contains("is text, not a map");
        assertThat(outcome.place().toString())
                .isEqualTo("step leave-text of route shout (pipelines/shout/shout.camel.yaml:7)");
    }

    @Test
    void hidesSecretsInWhatStepsLeave() throws Exception {
        Trial.Outcome outcome = run(route("""
                - setBody:
                    id: leak
                    constant: "the token is {{shout.token}}"
                """));

        assertThat(outcome.steps().get(0).left()).isEqualTo("text \"the token is ***\"");
    }

    @Test
    void storesArtifactsInItsFolder() throws Exception {
        Stub film = Stub.of(Map.of());
        PipelineFiles video = PipelineFiles.builtIn().get("video");
        try (Trial trial = new Trial(video, stand.application, stand.contexts, Map.of())) {
            Trial.Outcome outcome =
                    trial.run(job("Hello"), Map.of("call-sanitize", film, "call-storyboard", film), Map.of(), false);

            assertThat(outcome.failure()).isNotNull();
            assertThat(outcome.artifacts()).isEmpty();
        }
        assertThat(Files.isDirectory(artifacts)).isTrue();
    }
}
