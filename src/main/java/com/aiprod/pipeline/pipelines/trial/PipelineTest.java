package com.aiprod.pipeline.pipelines.trial;

import java.util.List;
import java.util.Map;

/**
 * A test of a pipeline, from a {@code *.test.yaml}.
 *
 * @param name says what should happen
 * @param file the file that holds it
 * @param line where it begins
 * @param job what to run
 * @param stubs by the ID of the step that they stand for
 * @param variables what the job remembers at the start, by name
 * @param expected what must be true of the outcome, in the order of the file
 */
record PipelineTest(
        String name,
        String file,
        int line,
        TrialJob job,
        Map<String, Stub> stubs,
        Map<String, Object> variables,
        List<Expected> expected) {

    /**
     * One expectation.
     *
     * @param kind a key of {@code expect}
     * @param value what the file says
     * @param line where it says so
     */
    record Expected(String kind, Object value, int line) {}
}
