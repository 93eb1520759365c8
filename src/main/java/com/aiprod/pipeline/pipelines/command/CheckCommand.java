package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.check.FolderCheck;
import com.aiprod.pipeline.pipelines.trial.PipelineTests;

import com.aiprod.pipeline.pipelines.command.Commands.WrongUsageException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        Path folder = null;
        boolean json = false;
        for (String argument : arguments) {
            if (argument.equals("--format=json") || argument.equals("--format=text")) {
                json = argument.endsWith("json");
            } else if (argument.startsWith("-") || folder != null) {
                throw new WrongUsageException("'" + argument + "' is not expected here.\n" + USAGE);
            } else {
                folder = path(argument);
            }
        }
        if (folder == null) {
            throw new WrongUsageException(USAGE);
        }
        if (!Files.isDirectory(folder)) {
            throw new WrongUsageException("'" + folder + "' is not a folder.\n" + USAGE);
        }
        List<Fault> faults;
        Path artifacts = Files.createTempDirectory("aiprod-check-");
        try (ConfigurableApplicationContext application = CommandContext.start("aiprod.artifacts-dir=" + artifacts)) {
            PipelineContexts contexts = CommandContext.contexts(application);
            faults = new ArrayList<>(new FolderCheck(contexts, application.getEnvironment()).check(folder));
            if (faults.isEmpty()) {
                faults.addAll(new PipelineTests(application, contexts).runAll(folder));
            }
        } finally {
            FileSystemUtils.deleteRecursively(artifacts);
        }
        if (json) {
            out.println(json(faults));
        } else {
            faults.forEach(out::println);
        }
        err.println(summary(faults));
        return faults.isEmpty() ? Commands.WELL : Commands.FAULTS;
    }

    private static Path path(String argument) throws WrongUsageException {
        try {
            return Path.of(argument);
        } catch (InvalidPathException e) {
            throw new WrongUsageException("'" + argument + "' is not the name of a folder.\n" + USAGE);
        }
    }

    private static String json(List<Fault> faults) throws JsonProcessingException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Fault fault : faults) {
            Map<String, Object> row = new LinkedHashMap<>();
            row.put("file", fault.file());
            row.put("line", fault.line());
            row.put("step", fault.step());
            row.put("message", fault.message());
            rows.add(row);
        }
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(rows);
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
