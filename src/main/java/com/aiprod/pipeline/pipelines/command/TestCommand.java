package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.check.PipelineCheck;
import com.aiprod.pipeline.pipelines.trial.PipelineTests;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** {@code test DIR}: runs the tests of the pipelines in a folder. */
final class TestCommand {

    private static final String USAGE = "Usage: test DIR [--pipeline NAME] [--format=text|json]\n"
            + "Runs every *.test.yaml of the pipelines that have files in DIR, the folder that AIPROD_ROUTES_DIR names.";

    private TestCommand() {}

    static int run(List<String> arguments, PrintStream out, PrintStream err) throws Exception {
        CommandLine line = new CommandLine(arguments, USAGE, Set.of("--pipeline", "--format"), Set.of());
        SortedMap<String, PipelineFiles> all = PipelineFiles.under(line.folder());
        String only = line.option("--pipeline", null);
        if (only != null && !all.containsKey(only)) {
            throw line.wrong("There is no pipeline '" + only + "'."
                    + NearName.suggest(only, all.keySet())
                            .orElse(" The pipelines are " + String.join(", ", all.keySet()) + "."));
        }
        Set<String> names = only != null
                ? Set.of(only)
                : PipelineFiles.read(false, List.of(line.folder())).keySet();
        boolean json = line.wantsJson();
        Path artifacts = Files.createTempDirectory("aiprod-test-");
        List<Fault> faults = new ArrayList<>();
        int passed = 0;
        int failed = 0;
        try (ConfigurableApplicationContext application = CommandContext.start("aiprod.artifacts-dir=" + artifacts)) {
            PipelineContexts contexts = CommandContext.contexts(application);
            PipelineCheck check = new PipelineCheck(contexts, application.getEnvironment());
            PipelineTests tests = new PipelineTests(application, contexts);
            for (String name : names) {
                PipelineFiles files = all.get(name);
                List<Fault> wrong = check.check(files);
                if (!wrong.isEmpty()) {
                    faults.addAll(wrong);
                    continue;
                }
                PipelineTests.Result result = tests.run(files, all);
                passed += result.passed();
                failed += result.failed();
                faults.addAll(result.faults());
            }
        } finally {
            FileSystemUtils.deleteRecursively(artifacts);
        }
        if (json) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("passed", passed);
            result.put("failed", failed);
            result.put("faults", faults);
            out.println(Commands.json(result));
        } else {
            faults.forEach(out::println);
        }
        err.println(summary(passed, failed, faults));
        return faults.isEmpty() ? Commands.WELL : Commands.FAULTS;
    }

    private static String summary(int passed, int failed, List<Fault> faults) {
        if (passed + failed == 0) {
            return faults.isEmpty() ? "There are no tests." : "No test ran: the pipelines have faults.";
        }
        String tests = passed + failed == 1 ? "1 test" : (passed + failed) + " tests";
        return failed == 0 ? tests + " passed." : failed + " of " + tests + " failed.";
    }
}
