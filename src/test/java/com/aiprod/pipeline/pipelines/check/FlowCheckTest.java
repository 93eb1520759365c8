package com.aiprod.pipeline.pipelines.check;

import static com.aiprod.pipeline.pipelines.check.CheckedFolders.check;
import static com.aiprod.pipeline.pipelines.check.CheckedFolders.write;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that replace built-in files of the flow, or add to them. */
class FlowCheckTest {

    private static final Map<String, String> BUILT_IN = RoutesFolder.builtInFlow();

    @TempDir
    Path folder;

    /** The built-in file without this text, or with another in its place. */
    private void change(String file, String text, String replacement) throws IOException {
        String before = BUILT_IN.get(file);
        String after = before.replaceFirst("(?s)" + text, replacement);
        assertThat(after).isNotEqualTo(before);
        write(folder, file, after);
    }

    @Test
    void acceptsCopiesOfAllBuiltInFiles() throws IOException {
        for (Map.Entry<String, String> file : BUILT_IN.entrySet()) {
            write(folder, file.getKey(), file.getValue());
        }

        assertThat(check(folder)).isEmpty();
    }

    @Test
    void acceptsAnAdditionalStepAndAnotherText() throws IOException {
        change(
                "record/record-result.camel.yaml",
                "        - bean:\n            id: unpack-result",
                "        - log:\n            id: mine\n            message: A result\n"
                        + "        - bean:\n            id: unpack-result");

        assertThat(check(folder)).isEmpty();
    }

    @Test
    void missesAVariableThatStepsRead() throws IOException {
        change(
                "record/record-result.camel.yaml",
                "        - setVariable:\n            id: keep-record-outcome\n.*?(?=        - choice)",
                "");

        assertThat(check(folder))
                .singleElement()
                .asString()
                .startsWith("record/record-result.camel.yaml:2 [] The route 'record-result' no longer sets the variable"
                        + " 'outcome', as the step 'keep-record-outcome' of the built-in file does; the step 'when-")
                .endsWith("reads it.");
    }

    @Test
    void missesABeanCall() throws IOException {
        change("work/receive-job.camel.yaml", "        - bean:\n            id: defer-ack.*?ref: deferredAck\n", "");

        assertThat(check(folder))
                .containsExactly("work/receive-job.camel.yaml:2 [] The route 'receive-job' no longer calls the bean"
                        + " deferredAck.defer, as the step 'defer-ack' of the built-in file does.");
    }

    @Test
    void missesAParameterOfTheStart() throws IOException {
        change("work/run-job.camel.yaml", "        ackMode: NONE\n", "");

        assertThat(check(folder))
                .singleElement()
                .asString()
                .contains("The route 'run-job' lost the parameter 'ackMode' of its 'from'");
    }

    @Test
    void missesARouteConfigurationOfTheFile() throws IOException {
        change(
                "shared/errors.camel.yaml",
                "- routeConfiguration:\n    id: dead-letter-errors\n.*?(?=- routeConfiguration)",
                "");

        assertThat(check(folder))
                .singleElement()
                .asString()
                .startsWith("shared/errors.camel.yaml:0 [] The routeConfiguration 'dead-letter-errors' of the built-in"
                        + " file is missing, and the route '");
    }

    @Test
    void missesTheErrorHandlingOfARoute() throws IOException {
        change("record/record-result.camel.yaml", "    routeConfigurationId: message-errors\n", "");

        assertThat(check(folder))
                .containsExactly("record/record-result.camel.yaml:2 [] The route 'record-result' lost the"
                        + " routeConfigurationId 'message-errors', which handles its errors.");
    }

    @Test
    void missesARoute() throws IOException {
        write(folder, "shared/wake-dispatcher.camel.yaml", """
                - route:
                    id: wake
                    from:
                      id: from-wake
                      uri: direct:wake
                      steps:
                        - log: x
                """);

        assertThat(check(folder))
                .contains("shared/wake-dispatcher.camel.yaml:0 [] The route 'wake-dispatcher' of the built-in file is"
                        + " missing: copy it from the built-in file.");
    }

    @Test
    void refusesAMappingInThePlaceOfAList() throws IOException {
        write(folder, "errors.camel.yaml", "routeConfiguration:\n  id: pipeline-errors\n");

        assertThat(check(folder))
                .containsExactly("errors.camel.yaml:1 [] A route file is a list: write '- routeConfiguration:' here,"
                        + " and indent what is below it.");
    }

    @Test
    void suggestsBeansMethodsAndRouteConfigurations() throws IOException {
        write(folder, "work/mine.camel.yaml", """
                - route:
                    id: mine
                    routeConfigurationId: backgroud-errors
                    from:
                      id: from-mine
                      uri: timer:mine
                      steps:
                        - bean:
                            id: a
                            ref: deferedAck
                            method: defer
                        - bean:
                            id: b
                            ref: deferredAck
                            method: defre
                        - to:
                            id: c
                            uri: direct:wake-dispatchr
                """);

        assertThat(check(folder))
                .containsExactly(
                        "work/mine.camel.yaml:3 [] There is no routeConfiguration 'backgroud-errors'."
                                + " Did you mean 'background-errors'?",
                        "work/mine.camel.yaml:10 [a] There is no bean 'deferedAck'. Did you mean 'deferredAck'?",
                        "work/mine.camel.yaml:15 [b] The bean has no method 'defre'. Did you mean 'defer'?",
                        "work/mine.camel.yaml:18 [c] No route of this pipeline starts from 'direct:wake-dispatchr'."
                                + " Did you mean 'direct:wake-dispatcher'?");
    }

    @Test
    void namesFilesInNoKnownPlace() throws IOException {
        write(folder, "recrod/x.camel.yaml", "- route: {}\n");
        write(folder, "run-jobs.camel.yaml", "- route: {}\n");
        write(folder, "work/notes.txt", "x");
        write(folder, "pipelines/x.camel.yaml", "- route: {}\n");

        assertThat(check(folder))
                .extracting(line -> line.replaceFirst(" \\[].*?(?= Did|$)", ""))
                .containsExactly(
                        "pipelines/x.camel.yaml:0",
                        "recrod:0 Did you mean 'record'?",
                        "run-jobs.camel.yaml:0 Did you mean 'run-job.camel.yaml'?",
                        "work/notes.txt:0");
    }
}
