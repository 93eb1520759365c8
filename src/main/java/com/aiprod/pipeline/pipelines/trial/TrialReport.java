package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.pipelines.FailurePlace;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.StepTrace;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes down how a job ended, for people and for tools. */
public final class TrialReport {

    private static final String INDENT = "  ";

    private final Trial trial;
    private final TrialJob job;
    private final Trial.Outcome outcome;
    private final ObjectMapper json;

    /** Reports on one run of a job. */
    public TrialReport(Trial trial, TrialJob job, Trial.Outcome outcome, ObjectMapper json) {
        this.trial = trial;
        this.job = job;
        this.outcome = outcome;
        this.json = json;
    }

    /** The steps as a table, then the output or the failure. */
    public String text() throws JsonProcessingException {
        List<String> lines = new ArrayList<>();
        PipelineFiles files = trial.files();
        lines.add("Pipeline " + files.name() + ", revision " + files.revision()
                + (job.preset() == null ? "" : ", preset " + job.preset().name())
                + (outcome.tries() > 1 ? ", try " + outcome.tries() : ""));
        List<StepTrace.Step> steps = outcome.steps();
        int width = steps.stream().mapToInt(step -> name(step).length()).max().orElse(0);
        for (StepTrace.Step step : steps) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%-" + (width + 2) + "s%8s  %s:%d  %s",
                    INDENT + name(step),
                    step.nanos() < 0 ? "…" : step.nanos() / 1_000_000 + " ms",
                    step.place().file(),
                    step.place().line(),
                    end(step)));
        }
        int all = outcome.calls().values().stream().mapToInt(Integer::intValue).sum();
        if (all > steps.size()) {
            lines.add(INDENT + "… and " + (all - steps.size()) + " more steps");
        }
        if (!outcome.progress().isEmpty()) {
            lines.add("Progress: " + String.join(", ", outcome.progress()));
        }
        if (!outcome.variables().isEmpty()) {
            lines.add("Job variables: "
                    + String.join(
                            ", ", outcome.variables().keySet().stream().sorted().toList()));
        }
        if (outcome.failure() == null) {
            lines.add("Output:");
            lines.add(json.writerWithDefaultPrettyPrinter().writeValueAsString(outcome.output()));
        } else {
            lines.add(failure());
            if (outcome.reason() != null) {
                lines.add("Cause: " + outcome.reason());
            }
            if (outcome.missedKey() != null) {
                lines.add("Before that, " + outcome.missedKey() + ".");
            }
        }
        if (!outcome.artifacts().isEmpty()) {
            lines.add("Artifacts:");
            outcome.artifacts().forEach(file -> lines.add(INDENT + file));
        }
        return trial.secrets().hide(String.join(System.lineSeparator(), lines));
    }

    private static String name(StepTrace.Step step) {
        return INDENT.repeat(step.depth()) + step.place().step();
    }

    private static String end(StepTrace.Step step) {
        if (step.nanos() < 0) {
            return "did not end";
        }
        return step.failed() ? "failed" : step.left();
    }

    private String failure() {
        FailurePlace place = outcome.place();
        String failed = "Failed with " + outcome.failure().errorCode() + ": "
                + outcome.failure().message();
        if (place == null) {
            return failed;
        }
        return place.file() + ":" + place.line() + ": " + failed + " (step " + place.step() + " of route "
                + place.route()
                + (place.missingKey() == null ? "" : ", without the key '" + place.missingKey() + "'") + ")";
    }

    /** The same as JSON. */
    public String json() throws JsonProcessingException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("pipeline", trial.files().name());
        all.put("revision", trial.files().revision());
        all.put("preset", job.preset() == null ? null : job.preset().name());
        all.put("tries", outcome.tries());
        all.put("steps", outcome.steps().stream().map(TrialReport::asMap).toList());
        all.put("progress", outcome.progress());
        all.put("variables", outcome.variables());
        all.put("output", outcome.output());
        if (outcome.failure() != null) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("code", outcome.failure().errorCode());
            error.put("message", outcome.failure().message());
            error.put("cause", outcome.reason());
            if (outcome.place() != null) {
                error.putAll(outcome.place().asMap());
            }
            all.put("error", error);
        }
        all.put("artifacts", outcome.artifacts().stream().map(Path::toString).toList());
        return trial.secrets().hide(json.writerWithDefaultPrettyPrinter().writeValueAsString(all));
    }

    private static Map<String, Object> asMap(StepTrace.Step step) {
        Map<String, Object> row = new LinkedHashMap<>(step.place().asMap());
        row.put("depth", step.depth());
        row.put("ms", step.nanos() < 0 ? null : step.nanos() / 1_000_000);
        row.put("failed", step.failed());
        row.put("body", step.left());
        return row;
    }
}
