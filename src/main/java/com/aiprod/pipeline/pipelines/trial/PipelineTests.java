package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.FailurePlace;
import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.PipelineSettings;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.StepTrace;
import com.aiprod.pipeline.pipelines.check.BuildFault;
import com.aiprod.pipeline.pipelines.trial.PipelineTest.Expected;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.springframework.context.ApplicationContext;

/** Runs the tests of pipelines: the files {@code *.test.yaml} in their folders. */
public final class PipelineTests {

    private final ApplicationContext application;
    private final PipelineContexts contexts;

    /** @param application has the stage beans, a {@link TrialReports} as their progress, and the settings */
    public PipelineTests(ApplicationContext application, PipelineContexts contexts) {
        this.application = application;
        this.contexts = contexts;
    }

    /**
     * What the tests of a pipeline have found.
     *
     * @param passed how many tests found nothing wrong
     * @param failed how many tests found something wrong, or could not be read or run
     * @param faults by file and line; empty if all is well
     */
    public record Result(int passed, int failed, List<Fault> faults) {}

    /** Whether a pipeline has tests. */
    static boolean has(PipelineFiles files) {
        return files.files().keySet().stream().anyMatch(name -> name.endsWith(PipelineFiles.TEST_SUFFIX));
    }

    /**
     * Runs the tests of every pipeline that has files in a folder, including those of the built-in pipeline below it.
     *
     * @param folder as {@code AIPROD_ROUTES_DIR} names it, in which a check has found nothing wrong
     * @return by file and line; empty if all is well
     */
    public List<Fault> runAll(Path folder) throws InterruptedException, IOException {
        SortedMap<String, PipelineFiles> all = PipelineFiles.under(folder);
        List<Fault> faults = new ArrayList<>();
        for (String name : PipelineFiles.read(false, List.of(folder)).keySet()) {
            faults.addAll(run(all.get(name), all).faults());
        }
        return faults;
    }

    /**
     * Runs the tests of a pipeline. Settings that it requires have stand-ins, so that no test calls an outside service
     * with real secrets.
     *
     * @param files a pipeline in which a check has found nothing wrong
     * @param all every pipeline, for the presets
     */
    public Result run(PipelineFiles files, Map<String, PipelineFiles> all) throws InterruptedException, IOException {
        if (!has(files)) {
            return new Result(0, 0, List.of());
        }
        List<Fault> faults = new ArrayList<>();
        PipelineSettings settings = PipelineSettings.of(files, new ArrayList<>());
        int passed = 0;
        int failed = 0;
        try (Trial trial = new Trial(files, application, contexts, standIns(settings.requires()))) {
            for (Map.Entry<String, SourceFile> file : files.files().entrySet()) {
                if (!file.getKey().endsWith(PipelineFiles.TEST_SUFFIX)) {
                    continue;
                }
                int unread = faults.size();
                List<PipelineTest> tests = PipelineTestReader.read(
                        files, file.getValue(), trial.steps(), settings.presets(), presets(all), faults);
                failed += faults.size() > unread ? 1 : 0;
                for (PipelineTest test : tests) {
                    Trial.Outcome outcome = trial.run(test.job(), test.stubs(), test.variables(), false);
                    List<Fault> found = compare(test, outcome, trial.secrets());
                    passed += found.isEmpty() ? 1 : 0;
                    failed += found.isEmpty() ? 0 : 1;
                    faults.addAll(found);
                }
            }
        } catch (IOException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            String file = files.files().values().iterator().next().location();
            faults.add(new Fault(file, 0, null, "The pipeline cannot be loaded: " + BuildFault.reason(e)));
            failed++;
        }
        return new Result(passed, failed, faults);
    }

    /** The presets of every pipeline, by name. */
    public static Map<String, Preset> presets(Map<String, PipelineFiles> pipelines) {
        Map<String, Preset> presets = new LinkedHashMap<>();
        pipelines
                .values()
                .forEach(files ->
                        PipelineSettings.of(files, new ArrayList<>()).presets().forEach(presets::putIfAbsent));
        return presets;
    }

    private static Map<String, String> standIns(Set<String> required) {
        Map<String, String> values = new TreeMap<>();
        required.forEach(name ->
                values.put(name, name.matches(".*(url|uri|endpoint)") ? "http://localhost" : "stand-in-for-" + name));
        return values;
    }

    private static List<Fault> compare(PipelineTest test, Trial.Outcome outcome, Secrets secrets) {
        List<Fault> faults = new ArrayList<>();
        boolean expectsFailure = test.expected().stream()
                .anyMatch(expected ->
                        expected.kind().equals("code") || expected.kind().equals("message"));
        if (outcome.failure() != null && !expectsFailure) {
            faults.add(fault(
                    test, test.line(), "expected an output, but the job failed with " + failure(outcome), secrets));
            return faults;
        }
        for (Expected expected : test.expected()) {
            difference(expected, outcome)
                    .ifPresent(message -> faults.add(fault(test, expected.line(), message, secrets)));
        }
        return faults;
    }

    private static Fault fault(PipelineTest test, int line, String message, Secrets secrets) {
        return new Fault(test.file(), line, null, "test '" + test.name() + "': " + secrets.hide(message) + ".");
    }

    private static Optional<String> difference(Expected expected, Trial.Outcome outcome) {
        return switch (expected.kind()) {
            case "code" -> code((String) expected.value(), outcome);
            case "message" -> message((String) expected.value(), outcome);
            case "output" -> Comparison.difference("output", expected.value(), outcome.output());
            case "steps" -> inOrder((List<?>) expected.value(), outcome);
            case "not_steps" ->
                ((List<?>) expected.value())
                        .stream()
                                .filter(outcome.calls()::containsKey)
                                .findFirst()
                                .map(step -> "expected that the step '" + step + "' does not run, but it does");
            case "calls" -> calls((Map<?, ?>) expected.value(), outcome);
            case "artifacts" -> artifacts((List<?>) expected.value(), outcome);
            default -> Comparison.difference("variables", expected.value(), outcome.variables());
        };
    }

    private static Optional<String> code(String expected, Trial.Outcome outcome) {
        if (outcome.failure() == null) {
            return Optional.of("expected the code " + expected + ", but the job completed");
        }
        return outcome.failure().errorCode().equals(expected)
                ? Optional.empty()
                : Optional.of("expected the code " + expected + ", but the job failed with " + failure(outcome));
    }

    private static Optional<String> message(String expected, Trial.Outcome outcome) {
        if (outcome.failure() == null) {
            return Optional.of("expected a failure with the message '" + expected + "', but the job completed");
        }
        return Comparison.contains(outcome.failure().message(), expected)
                ? Optional.empty()
                : Optional.of("expected the message '" + expected + "', but it is '"
                        + outcome.failure().message() + "'");
    }

    private static Optional<String> inOrder(List<?> expected, Trial.Outcome outcome) {
        int next = 0;
        for (StepTrace.Step step : outcome.steps()) {
            if (next < expected.size() && expected.get(next).equals(step.place().step())) {
                next++;
            }
        }
        if (next == expected.size()) {
            return Optional.empty();
        }
        String step = "expected that the step '" + expected.get(next) + "' runs";
        return Optional.of(
                next > 0 && outcome.calls().containsKey(expected.get(next))
                        ? step + " after '" + expected.get(next - 1) + "', but it runs before"
                        : step + ", but it does not");
    }

    private static Optional<String> calls(Map<?, ?> expected, Trial.Outcome outcome) {
        return expected.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(outcome.calls().getOrDefault(entry.getKey(), 0)))
                .findFirst()
                .map(entry -> "expected %s calls of the step '%s', but there are %s"
                        .formatted(
                                entry.getValue(),
                                entry.getKey(),
                                outcome.calls().getOrDefault(entry.getKey(), 0)));
    }

    private static Optional<String> artifacts(List<?> expected, Trial.Outcome outcome) {
        List<String> names = outcome.artifacts().stream()
                .map(file -> file.getFileName().toString())
                .toList();
        return expected.stream()
                .filter(name -> !names.contains(name))
                .findFirst()
                .map(name -> "expected the artifact '" + name + "', but "
                        + (names.isEmpty() ? "there is none" : "there are " + String.join(", ", names)));
    }

    /** Code, message, place, and cause of a failure. */
    private static String failure(Trial.Outcome outcome) {
        FailurePlace place = outcome.place();
        return outcome.failure().errorCode() + ": "
                + outcome.failure().message().replaceFirst("\\.$", "")
                + (place == null
                        ? ""
                        : " (step " + place.step() + ", " + place.file() + ":" + place.line()
                                + (place.missingKey() == null ? "" : ", without the key '" + place.missingKey() + "'")
                                + ")")
                + (outcome.reason() == null ? "" : ": " + outcome.reason())
                + (outcome.missedKey() == null ? "" : "; " + outcome.missedKey());
    }
}
