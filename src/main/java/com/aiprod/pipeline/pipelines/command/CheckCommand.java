package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.check.FolderCheck;
import com.aiprod.pipeline.pipelines.trial.PipelineTests;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** {@code check DIR}: finds what is wrong in a folder of route files, before any job meets it. */
final class CheckCommand {

    private static final String USAGE = """
            Usage: check DIR [--format=text|json]
            Checks the files of DIR, the folder that AIPROD_ROUTES_DIR names, together with the built-in ones,
            and runs the tests of its pipelines.""";

    private CheckCommand() {}

    static int run(List<String> arguments, PrintStream out, PrintStream err) throws Exception {
        CommandLine line = new CommandLine(arguments, USAGE, Set.of("--format"), Set.of());
        List<Fault> faults;
        Path artifacts = Files.createTempDirectory("aiprod-check-");
        try (ConfigurableApplicationContext application = CommandContext.start("aiprod.artifacts-dir=" + artifacts)) {
            PipelineContexts contexts = CommandContext.contexts(application);
            faults = new FolderCheck(contexts, application.getEnvironment()).check(line.folder());
            if (faults.isEmpty()) {
                faults = new PipelineTests(application, contexts).runAll(line.folder());
            }
        } finally {
            FileSystemUtils.deleteRecursively(artifacts);
        }
        if (line.wantsJson()) {
            out.println(Commands.json(faults));
        } else {
            faults.forEach(out::println);
        }
        err.println(summary(faults));
        return faults.isEmpty() ? Commands.WELL : Commands.FAULTS;
    }

    private static String summary(List<Fault> faults) {
        long files = faults.stream().map(Fault::file).distinct().count();
        if (faults.isEmpty()) {
            return "No faults.";
        }
        return (faults.size() == 1 ? "1 fault" : faults.size() + " faults") + " in "
                + (files == 1 ? "1 file." : files + " files.");
    }
}
