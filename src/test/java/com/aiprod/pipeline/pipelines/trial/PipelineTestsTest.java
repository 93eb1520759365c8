package com.aiprod.pipeline.pipelines.trial;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.command.CommandStand;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code *.test.yaml} files can say, and what is reported of them. */
class PipelineTestsTest {

    private static final String ROUTES = """
            - route:
                id: greet
                from:
                  id: from-greet
                  uri: direct:greet
                  steps:
                    - filter:
                        id: when-rude
                        simple: ${body[content]} contains 'rude'
                        steps:
                          - throwException:
                              id: refuse
                              exceptionType: com.aiprod.pipeline.stage.PermanentStageException
                              message: "CONTENT_REFUSED: The text is rude."
                    - to:
                        id: call-model
                        uri: log:model
                    - setBody:
                        id: answer
                        simple: "${map('text',${body[content]},'order',${variable.job[order]})}"
            """;

    @TempDir
    static Path artifacts;

    private static CommandStand stand;

    @BeforeAll
    static void start() {
        stand = new CommandStand(artifacts);
    }

    @AfterAll
    static void stop() {
        stand.close();
    }

    private static PipelineTests.Result run(String tests, Map<String, String> more) throws Exception {
        Map<String, String> files = new java.util.TreeMap<>(more);
        files.put("greet.camel.yaml", ROUTES);
        files.put("greet.test.yaml", tests);
        SortedMap<String, PipelineFiles> all = PipelineFiles.builtIn();
        PipelineFiles greet = CommandStand.files("greet", files);
        all.put("greet", greet);
        return new PipelineTests(stand.application, stand.contexts).run(greet, all);
    }

    private static List<String> faults(String tests) throws Exception {
        return run(tests, Map.of()).faults().stream().map(Fault::toString).toList();
    }

    private static String only(String tests) throws Exception {
        List<String> faults = faults(tests);
        assertThat(faults).hasSize(1);
        return faults.get(0).replace("pipelines/greet/greet.test.yaml:", "");
    }

    @Test
    void passesWhatIsAsExpected() throws Exception {
        PipelineTests.Result result = run("""
                - test: refuses a rude text
                  job: {content: a rude text}
                  expect:
                    code: CONTENT_REFUSED
                    message: is rude
                    steps: [when-rude, refuse]
                    not_steps: [call-model, answer]
                    calls: {refuse: 1, call-model: 0}
                - test: answers what the model says
                  job:
                    content: Hello
                    preset: brand_story
                    duration_sec: 3
                  variables: {order: o-1}
                  stubs:
                    call-model:
                      body: {content: Good day}
                  expect:
                    output: {text: /^Good/, order: o-1}
                    steps: [call-model, answer]
                    variables: {order: o-1, other: null}
                - test: reads a body from a file
                  job: {content: Hello}
                  stubs:
                    call-model: {file: model.json}
                  expect:
                    output: {text: From the file}
                """, Map.of("model.json", "{\"content\": \"From the file\"}"));

        assertThat(result.faults()).isEmpty();
        assertThat(result.passed()).isEqualTo(3);
        assertThat(result.failed()).isZero();
    }

    @Test
    void reportsEachDifferenceWithItsLine() throws Exception {
        PipelineTests.Result result = run("""
                - test: one
                  job: {content: Hello}
                  expect:
                    code: CONTENT_REFUSED
                - test: two
                  job: {content: a rude text}
                  expect:
                    code: OTHER_CODE
                    message: polite
                - test: three
                  job: {content: a rude text}
                  expect:
                    output: {text: Hello}
                - test: four
                  job: {content: Hello}
                  expect:
                    output:
                      text: Bye
                    steps: [answer, call-model]
                    not_steps: [answer]
                    calls: {call-model: 2}
                    artifacts: [video.mp4]
                    variables: {order: /./}
                - test: five
                  job: {content: Hello}
                  expect:
                    steps: [refuse]
                - test: six
                  job: {content: Hello}
                  expect:
                    output: {text: Hello}
                """, Map.of());

        String file = "pipelines/greet/greet.test.yaml:";
        assertThat(result.faults())
                .extracting(Fault::toString)
                .containsExactly(
                        file + "4: test 'one': expected the code CONTENT_REFUSED, but the job completed.",
                        file + "8: test 'two': expected the code OTHER_CODE, but the job failed with CONTENT_REFUSED:"
                                + " The text is rude (step refuse, pipelines/greet/greet.camel.yaml:11).",
                        file + "9: test 'two': expected the message 'polite', but it is 'The text is rude.'.",
                        file + "10: test 'three': expected an output, but the job failed with CONTENT_REFUSED: The text"
                                + " is rude (step refuse, pipelines/greet/greet.camel.yaml:11).",
                        file + "18: test 'four': expected output.text to be 'Bye', but it is 'Hello'.",
                        file + "19: test 'four': expected that the step 'call-model' runs after 'answer', but it runs"
                                + " before.",
                        file + "20: test 'four': expected that the step 'answer' does not run, but it does.",
                        file + "21: test 'four': expected 2 calls of the step 'call-model', but there are 1.",
                        file + "22: test 'four': expected the artifact 'video.mp4', but there is none.",
                        file + "23: test 'four': expected variables.order to be '/./', but it is absent.",
                        file + "27: test 'five': expected that the step 'refuse' runs, but it does not.");
        assertThat(result.passed()).isEqualTo(1);
        assertThat(result.failed()).isEqualTo(5);
    }

    @Test
    void saysWhatFailedUnexpectedly() throws Exception {
        SortedMap<String, PipelineFiles> all = PipelineFiles.builtIn();
        PipelineFiles hasty = CommandStand.files("hasty", Map.of("hasty.camel.yaml", """
                - route:
                    id: hasty
                    from:
                      id: from-hasty
                      uri: direct:hasty
                      steps:
                        - filter:
                            id: when-long
                            simple: ${body[content].length} > 3
                            steps:
                              - setVariable:
                                  id: keep-topic
                                  name: topic
                                  simple: ${body[topic]}
                        - choice:
                            id: choose
                            when:
                              - id: when-loud
                                simple: ${body[content]} == 'loud'
                                steps:
                                  - setVariable:
                                      id: shout
                                      name: topic
                                      simple: ${body[content].toUppercase()}
                        - setBody:
                            id: answer
                            method:
                              beanType: java.util.Map
                              method: of('topic', ${variable.topic})
                """, "hasty.test.yaml", """
                - test: a
                  job: {content: loud}
                  expect: {output: {}}
                - test: b
                  job: {content: quiet}
                  expect: {output: {}}
                """));
        all.put("hasty", hasty);

        assertThat(new PipelineTests(stand.application, stand.contexts)
                        .run(hasty, all)
                        .faults())
                .extracting(Fault::message)
                .satisfiesExactly(
                        first -> assertThat(first)
                                .contains("(step shout, pipelines/hasty/hasty.camel.yaml:21): org.apache.camel.")
                                .endsWith("MethodNotFoundException: Method with name: toUppercase() not found on bean:"
                                        + " loud of type: java.lang.String."),
                        second -> assertThat(second)
                                .endsWith("(step answer, pipelines/hasty/hasty.camel.yaml:25):"
                                        + " java.lang.NullPointerException: a value is missing; the step keep-topic"
                                        + " (pipelines/hasty/hasty.camel.yaml:11) read 'topic', which the job does not"
                                        + " have."));
    }

    @Test
    void namesTheStepThatWasProbablyMeant() throws Exception {
        assertThat(only("""
                - test: one
                  job: {content: Hello}
                  stubs:
                    call-modle: {body: {}}
                  expect: {output: {}}
                """)).isEqualTo("4: The pipeline has no step 'call-modle'. Did you mean 'call-model'?");
        assertThat(only("""
                - test: one
                  job: {content: Hello}
                  expect:
                    steps:
                      - anwser
                """)).isEqualTo("5: The pipeline has no step 'anwser'. Did you mean 'answer'?");
    }

    @Test
    void namesTheKeyThatWasProbablyMeant() throws Exception {
        assertThat(only("""
                - test: one
                  job: {content: Hello}
                  expects: {output: {}}
                  expect: {output: {}}
                """)).isEqualTo("3: There is no key 'expects' in a test. Did you mean 'expect'?");
        assertThat(only("""
                - test: one
                  job:
                    content: Hello
                    durationsec: 3
                  expect: {output: {}}
                """)).isEqualTo("4: There is no key 'durationsec' in a job. Did you mean 'duration_sec'?");
        assertThat(only("""
                - test: one
                  job: {content: Hello}
                  stubs:
                    answer: {bodi: 3}
                  expect: {output: {}}
                """)).isEqualTo("4: There is no key 'bodi' in a stub. Did you mean 'body'?");
        assertThat(only("""
                - test: one
                  job: {content: Hello, preset: brand_stori}
                  expect: {output: {}}
                """)).isEqualTo("2: There is no preset 'brand_stori'. Did you mean 'brand_story'?");
        assertThat(only("""
                - test: one
                  job: {content: Hello}
                  stubs:
                    answer: {file: greet.test.yml}
                  expect: {output: {}}
                """))
                .isEqualTo("4: The pipeline has no file 'greet.test.yml'. Did you mean 'greet.test.yaml'?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- test: one\n  job: {content: Hello}\n",
                "- test: one\n  expect: {output: {}}\n",
                "- job: {content: Hello}\n  expect: {output: {}}\n",
                "- test: one\n  job: {}\n  expect: {output: {}}\n",
                "- test: one\n  job: {content: Hello, duration_sec: 900}\n  expect: {output: {}}\n",
                "- test: one\n  job: {content: Hello, priority: urgent}\n  expect: {output: {}}\n",
                "- test: one\n  job: {content: Hello}\n  expect: {output: {}, code: X}\n",
                "- test: one\n  job: {content: Hello}\n  expect: {message: '/[/'}\n",
                "- test: one\n  job: {content: Hello}\n  stubs: {answer: {throw: no code}}\n  expect: {code: X}\n",
                "- test: one\n  job: {content: Hello}\n  stubs: {answer: {retry: true}}\n  expect: {code: X}\n",
                "- test: one\n  job: {content: Hello}\n  stubs: {answer: {body: 1, file: a}}\n  expect: {code: X}\n",
                "- test: one\n  job: {content: Hello}\n  expect: {calls: {answer: often}}\n",
                "- just a text\n",
                "test: one\n",
                "- test: 'one\n",
                " \n"
            })
    void reportsWhatCannotBeATest(String tests) throws Exception {
        PipelineTests.Result result = run(tests, Map.of());

        assertThat(result.faults()).isNotEmpty().allSatisfy(fault -> {
            assertThat(fault.file()).isEqualTo("pipelines/greet/greet.test.yaml");
            assertThat(fault.message()).doesNotContain("Exception");
        });
        assertThat(result.failed()).isPositive();
        assertThat(result.passed()).isZero();
    }

    @Test
    void settingsThatAPipelineRequiresHaveStandIns() throws Exception {
        PipelineFiles files = CommandStand.files(
                "greet",
                Map.of(
                        "pipeline.yaml", "requires: [greet.url, greet.token]",
                        "greet.camel.yaml", """
                        - route:
                            id: greet
                            from:
                              id: from-greet
                              uri: direct:greet
                              steps:
                                - setBody:
                                    id: answer
                                    simple: "${map('url','{{greet.url}}')}"
                        """,
                        "greet.test.yaml", """
                        - test: one
                          job: {content: Hello}
                          expect: {output: {url: "http://localhost"}}
                        """));

        PipelineTests.Result result =
                new PipelineTests(stand.application, stand.contexts).run(files, PipelineFiles.builtIn());

        assertThat(result.faults()).isEmpty();
    }

    /** Runs what {@code check} of the built-in pipelines runs. */
    @ParameterizedTest
    @ValueSource(strings = {"echo", "video"})
    void theTestsOfTheBuiltInPipelinesPass(String name) throws Exception {
        SortedMap<String, PipelineFiles> all = PipelineFiles.builtIn();

        PipelineTests.Result result = new PipelineTests(stand.application, stand.contexts).run(all.get(name), all);

        assertThat(result.faults()).isEmpty();
        assertThat(result.passed()).isPositive();
    }
}
